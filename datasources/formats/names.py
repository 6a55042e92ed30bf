"""Schemas for files that bring none of their own: legal names, and which field is the entity ID."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from datasources.phrases import Phrase
from datasources.schema import DELETE_PROPERTY, MAX_ENTITY_ID, MAX_NAME, Problem
from datasources.schema.seen import SMALL_FILTER, SeenHashes

_AT_ONCE = 5000  # values

#: Names that mean an entity ID, best first; compared without case and underscores.
ID_NAMES = (
    "entityid",
    "id",
    "primarykey",
    "objectid",
    "fid",
    "ogcfid",
    "gid",
    "uid",
    "uuid",
    "guid",
    "globalid",
    "featureid",
    "osmid",
)
GEOGRAPHY = "Geom"  # as in the reference's answers to queries
ENTITY_ID = "EntityID"
_DELETE_NAMES = (DELETE_PROPERTY.lower(), DELETE_PROPERTY.lower()[:10])  # dBASE cuts names


def id_rank(name: str) -> int | None:
    """The place of a field's name in ID_NAMES; None if it does not mean an entity ID."""
    bare = name.lower().replace("_", "")
    return ID_NAMES.index(bare) if bare in ID_NAMES else None


class Names:
    """Gives each property a legal name that no other has, and notes what had to be changed."""

    def __init__(self) -> None:
        self.notes: list[Problem] = []
        self._taken: set[str] = set()

    def take(self, name: str, *, what: str = "field") -> str:
        """A legal name for a field; it is taken then."""
        deletes = name.lower() in _DELETE_NAMES
        legal = DELETE_PROPERTY if deletes else legal_name(name) or "Field"
        found, number = legal, 1
        while found.lower() in self._taken:
            number += 1
            found = f"{legal[: MAX_NAME - 4]}_{number}"
        self._taken.add(found.lower())
        if found != name and found != DELETE_PROPERTY:
            self.notes.append(renamed(what, name, found))
        return found

    def reserve(self, *names: str) -> None:
        """Keep names for what is not a field: those of fields give way."""
        self._taken.update(name.lower() for name in names)


def _renamed(what: str, name: str, found: str) -> Phrase:
    match what:
        case "field":
            return Phrase("The field “{name}” is loaded as {found}.", name=name, found=found)
        case "entity ID":
            return Phrase("The entity ID “{name}” is loaded as {found}.", name=name, found=found)
        case "entity type":
            return Phrase("The entity type “{name}” is loaded as {found}.", name=name, found=found)
    return Phrase(
        "Placemarks' {element}, which would be “{name}”, is loaded as {found}.",
        element=what,
        name=name,
        found=found,
    )


def renamed(what: str, name: str, found: str) -> Problem:
    """The note of a name that is not loaded as it is. `what` is "field", "entity ID", "entity type"
    or the element of a Placemark that would have the name."""
    return Problem(
        "name-changed",
        _renamed(what, name[:60], found),
        Phrase(
            "Names have up to {most} letters (A to Z), digits and underscores, no digit first, and each occurs once. Rename it in the file if you want another.",
            most=MAX_NAME,
        ),
        column=found,
        warning=True,
    )


def legal_name(name: str) -> str:
    """A name as the reference has them; "" where nothing of it is left."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("ø", "o"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", plain).rstrip("_")
    if name[:1] != "_":
        plain = plain.lstrip("_")
    if plain[:1].isdigit():
        plain = f"_{plain}"
    return re.sub(r"^__+", "_", plain)[:MAX_NAME]


def entity_type(names: Iterable[str], fallback: str, notes: list[Problem]) -> str:
    """The first of the names that can be made legal, as an entity type's name."""
    for name in names:
        legal = legal_name(name)
        if legal:
            if legal != name:
                notes.append(renamed("entity type", name, legal))
            return legal
    return fallback


class IdField:
    """Whether a field can be the entity ID: filled in every entity, short enough, no value twice.

    Kept are hashes, by `SeenHashes`; two values of one hash make it look repeated, once in some
    billions of files.
    """

    def __init__(self) -> None:
        self._hashes: SeenHashes | None = SeenHashes(SMALL_FILTER)
        self._waiting: list[str] = []

    def add(self, value: str) -> None:
        self._waiting.append(value)
        if len(self._waiting) >= _AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting:
            self.add_all(waiting)

    def add_all(self, values: Sequence[str | None]) -> None:
        if self._hashes is None:
            return
        present = [value for value in values if value]
        hashes = set(map(hash, present))
        fits = len(hashes) == len(values) and max(map(len, present), default=0) <= MAX_ENTITY_ID
        if not fits or self._hashes.add(list(hashes)):
            self._hashes = None  # lets go of its memory

    def fits(self, entities: int) -> bool:
        self._flush()
        return self._hashes is not None and 0 < entities == self._hashes.count


def key_note(said: str, passed_over: Iterable[str]) -> Problem:
    """The note of an entity ID that is not the field one would expect, or that is made up."""
    skipped = ", ".join(passed_over)
    if skipped:
        why = Phrase(
            "{names} cannot be it: a value is missing, too long, or there twice.", names=skipped
        )
        said = Phrase.sentences(said, why)
    return Problem(
        "entity-id",
        said,
        Phrase(
            "To choose it yourself, give the file a field EntityID, filled and unique. Numbers in the file's order change when entities are added: incremental loads need IDs that stay."
        ),
        warning=True,
    )
