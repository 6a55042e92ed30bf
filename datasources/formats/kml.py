"""Reading KML, plain or as KMZ: every Placemark is an entity.

The reference takes KML and says nothing of how it becomes entities. Chosen here:

- Entity type: the name of the first Document or Folder that has one, made legal; else Placemark.
- Entity ID: a field named EntityID, ID or the like (`names.ID_NAMES`), if it is filled and unique
  in all Placemarks; else the id attribute of the Placemarks, likewise; else their number in the
  file, in a property EntityID. Which it is, is said in a warning, unless it is a field.
- Properties: Name, Description, Address and PhoneNumber where Placemarks have them; then the fields
  of ExtendedData (Data and SchemaData), with the type that a Schema gives them, else Edm.String.
  Names that the reference does not allow are made legal; a warning says what was changed.
- Place: Latitude and Longitude if all geometries are single points; else one Edm.Geography, Geom,
  which is given for every entity. Fields that have those names are renamed.
- Descriptions lose their HTML, which cannot be stored; heights are left out; both with a warning.
- Styles, times, views, overlays, snippets and unknown elements are passed over. NetworkLink and DTD
  are refused: nothing is ever fetched.
- A ring must be closed, as KML wants it; it is not closed silently, but that is a repair.
- Limits of polygons: an entity with polygons counts as one, its points are counted together.

The file is read twice: first for the schema, then for the entities.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from datasources.formats.feeder import Feeder
from datasources.formats.kml_handler import Handler
from datasources.formats.kml_plan import Plan
from datasources.formats.kml_survey import survey
from datasources.formats.polygons import PolygonLimits
from datasources.formats.source import ByteSource
from datasources.schema import Batch, Problem


class KmlReader:
    """Gives the schema that a first reading finds, and batches of raw text in the second."""

    def __init__(
        self,
        source: ByteSource,
        limits: PolygonLimits,
        type_name: str = "",
        looking: Callable[[int, int], None] | None = None,
    ) -> None:
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        self.data_source_name = ""
        source.passes = 2
        plan = Plan(survey(source, looking), type_name)
        self.schema = plan.schema
        self.notes.extend(plan.notes)
        self._source = source
        self._handler = Handler(plan, limits)

    def close(self) -> None:
        """Nothing to let go of beside the source."""

    def batches(self, size: int) -> Iterator[Batch]:
        """Placemarks in columns; what cannot be read is in their faults."""
        self._source.rewind()
        handler = self._handler
        handler.feeder = feeder = Feeder(self._source, handler.parser)
        feeder.skim = handler.skim()
        more = True
        while more:
            more = feeder.feed()
            handler.check_size()
            while len(handler.rows) >= size or (not more and handler.rows):
                yield handler.take(size)
        self.notes.extend(handler.notes())
