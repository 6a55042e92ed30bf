"""The schema that a KML file has, and where in a row each thing of a Placemark goes."""

from __future__ import annotations

from datasources.formats.kml_survey import Survey
from datasources.formats.names import (
    ENTITY_ID,
    GEOGRAPHY,
    Names,
    entity_type,
    id_rank,
    key_note,
)
from datasources.phrases import Phrase
from datasources.schema import EdmType, Problem, Property, Schema

#: The elements of a Placemark that become properties.
OWN = {
    "name": "Name",
    "description": "Description",
    "address": "Address",
    "phoneNumber": "PhoneNumber",
}


class Plan:
    """Made of what a first reading has found."""

    def __init__(self, found: Survey, type_name: str) -> None:
        self._found = found
        names = Names()
        self.notes = names.notes
        if found.areas:
            names.reserve(GEOGRAPHY)
        else:
            names.reserve("Latitude", "Longitude")
        key = self._key()
        self.simple = found.simple
        self.makes_key = key is None
        self.takes_attribute = key is None and found.attribute.fits(found.placemarks)
        properties: list[Property] = []
        self.own: dict[str, int] = {}
        self.fields: dict[str, int] = {}
        fields = [
            (name, Property(names.take(name), EdmType.STRING if name == key else kind, name == key))
            for name, kind in found.fields.items()
        ]
        if key is None:
            properties.append(self._made_key(names))
        for element, name in OWN.items():
            if element in found.own:
                self.own[element] = len(properties)
                legal = names.take(name, what=element)
                properties.append(Property(legal, EdmType.STRING))
        for name, prop in fields:
            self.fields[name] = len(properties)
            properties.append(prop)
        self.place = len(properties)
        self.areas = found.areas
        if found.areas:
            properties.append(Property(GEOGRAPHY, EdmType.GEOGRAPHY))
        else:
            properties.append(Property("Latitude", EdmType.DOUBLE))
            properties.append(Property("Longitude", EdmType.DOUBLE))
        self.width = len(properties)
        named = type_name or entity_type([found.document], "Placemark", self.notes)
        self.schema = Schema(named, tuple(properties))
        self._note_overlays()

    def _key(self) -> str | None:
        found = self._found
        ranked = sorted(found.ids, key=lambda name: id_rank(name) or 0)
        return next((name for name in ranked if found.ids[name].fits(found.placemarks)), None)

    def _made_key(self, names: Names) -> Property:
        legal = names.take(ENTITY_ID, what="entity ID")
        if self.takes_attribute:
            said = Phrase("The entity ID is {name}, the id of the Placemark.", name=legal)
        else:
            said = Phrase(
                "The entity ID is {name}, the Placemark's number in the file.", name=legal
            )
        self.notes.append(key_note(said, self._found.ids))
        return Property(legal, EdmType.STRING, is_key=True)

    def _note_overlays(self) -> None:
        if self._found.overlays:
            self.notes.append(
                Problem(
                    "kml-overlay",
                    Phrase(
                        "{overlays:,} overlays (pictures on the map) are left out.",
                        overlays=self._found.overlays,
                    ),
                    Phrase("A data source holds places alone."),
                    warning=True,
                )
            )
