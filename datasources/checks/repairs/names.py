"""The repair of names that break the rules."""

from __future__ import annotations

from datasources.checks.repairs.base import Change, Kind, Tally
from datasources.formats.names import Names, legal_name
from datasources.phrases import Phrase
from datasources.schema import Property, Schema, check_schema

NAMES = Kind(
    "names",
    Phrase("Make column names legal"),
    Phrase(
        "Gives columns names of up to 50 letters (A to Z), digits and underscores, each once; legal names stay as they are."
    ),
)
_RULES = frozenset({"property-name", "property-name-repeated", "entity-type-name"})


def can_help(rule: str) -> bool:
    """Whether the repair mends what breaks a rule."""
    return rule in _RULES


def with_legal_names(schema: Schema, tally: Tally) -> Schema:
    """The schema with legal names; legal ones keep theirs, and others give way to them."""
    if not any(can_help(problem.rule) for problem in check_schema(schema)):
        return schema
    names = Names()
    found = {}
    order = sorted(
        range(len(schema.properties)),
        key=lambda place: legal_name(schema.names[place]) != schema.names[place],
    )
    for place in order:
        found[place] = names.take(schema.names[place])
    properties = []
    for place, prop in enumerate(schema.properties):
        if found[place] != prop.name:
            tally.add(NAMES.name, Change(None, None, found[place], prop.name, found[place]))
        properties.append(Property(found[place], prop.type, prop.is_key))
    entity_type = legal_name(schema.entity_type) or schema.entity_type
    if entity_type != schema.entity_type:
        tally.add(NAMES.name, Change(None, None, "", schema.entity_type, entity_type))
    return Schema(entity_type, tuple(properties))
