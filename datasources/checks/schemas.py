"""A file's schema against that of the data source it is loaded into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from datasources.phrases import Phrase
from datasources.schema import Problem, Schema

_LOCATION = frozenset({"latitude", "longitude"})


def compare_schemas(current: Schema, schema: Schema) -> Iterator[Problem]:
    """Where a file's schema is not that of the data source which an incremental load changes.

    Names are compared without case; the order is free. All differences are fatal: the reference
    wants the schema currently in use. A service tells of latitude and longitude in any case, so a
    file that gives a geography instead may leave them out.
    """
    there = {prop.name.lower(): prop for prop in current.without_deletes().properties}
    here = {prop.name.lower(): prop for prop in schema.without_deletes().properties}
    if schema.geography_index is not None:
        there = {n: p for n, p in there.items() if n in here or n not in _LOCATION}
    if current.entity_type.lower() != schema.entity_type.lower():
        yield _mismatch(
            "schema-entity-type",
            Phrase(
                "The entity type is {entity_type}; the data source has {current}.",
                entity_type=schema.entity_type,
                current=current.entity_type,
            ),
            Phrase("Name it {entity_type}.", entity_type=current.entity_type),
        )
    for name in sorted(there.keys() - here.keys()):
        prop = there[name]
        yield _mismatch(
            "schema-missing",
            Phrase("The data source has a property {prop} that the file has not.", prop=prop.name),
            Phrase(
                "Add {prop}({type}). To remove a property, load the data complete.",
                prop=prop.name,
                type=prop.type.value,
            ),
            prop.name,
        )
    for name in sorted(here.keys() - there.keys()):
        prop = here[name]
        yield _mismatch(
            "schema-unknown",
            Phrase("The file has a property {prop} that the data source has not.", prop=prop.name),
            Phrase("Remove it. To add a property, load the data complete."),
            prop.name,
        )
    for name in sorted(there.keys() & here.keys()):
        old, new = there[name], here[name]
        if old.type is not new.type or old.is_key is not new.is_key:
            yield _mismatch(
                "schema-retyped",
                Phrase(
                    "{new} is {kind} in the file and {current} in the data source.",
                    new=new.name,
                    kind=_kind(new.type.value, new.is_key),
                    current=_kind(old.type.value, old.is_key),
                ),
                Phrase(
                    "Make it {kind}. To change a type, load complete.",
                    kind=_kind(old.type.value, old.is_key),
                ),
                new.name,
            )


def _kind(kind: str, is_key: bool) -> str:
    return Phrase("{type} and the primary key", type=kind) if is_key else kind


def as_change(difference: Problem) -> Problem:
    """The same difference where the file replaces everything: allowed, and worth knowing."""
    return replace(
        difference,
        fatal=False,
        warning=True,
        advice=Phrase(
            "The data source takes the file's schema; applications that use the old one may break."
        ),
    )


def _mismatch(rule: str, message: str, advice: str, column: str = "") -> Problem:
    return Problem(rule, message, advice, column=column, fatal=True)
