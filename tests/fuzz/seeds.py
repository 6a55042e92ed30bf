"""What fuzzing starts from: small good files of every format, and how each kind is read."""

from __future__ import annotations

import contextlib
import gzip
import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from datasources.checks import check_file
from datasources.formats import FileFault, InputFormat
from datasources.formats.imports import (
    ImportFormat,
    check_mapping,
    detect_any,
    open_import,
    suggest_mapping,
    survey,
)
from datasources.schema import PLAN_LIMITS, GeographyFault, read_wkt
from tests.formats import shapes
from tests.formats.files import pipe, xml

DATA = Path(__file__).parent.parent / "data"
IMPORTED = {
    "clinics.geojson": ImportFormat.GEOJSON,
    "clinics.geojsonl": ImportFormat.GEOJSONSEQ,
    "clinics_bng.gpkg.gz": ImportFormat.GPKG,
    "clinics_bng.fgb": ImportFormat.FLATGEOBUF,
    "clinics_bng.parquet": ImportFormat.PARQUET,
    "clinics_bng.gdb.zip": ImportFormat.FILEGDB,
    "clinics_bng.gml": ImportFormat.GML,
    "clinics.gpx": ImportFormat.GPX,
    "clinics_bng_tab.zip": ImportFormat.MAPINFO,
    "clinics_bng_mif.zip": ImportFormat.MAPINFO,
    "clinics.xlsx": ImportFormat.XLSX,
    "clinics.ods": ImportFormat.ODS,
    "clinics.csv": ImportFormat.TABLE,
}
API = {
    "fourth_coffee.csv": InputFormat.CSV,
    "fourth_coffee.tab": InputFormat.TAB,
    "fourth_coffee.pipe": InputFormat.PIPE,
    "fourth_coffee.xml": InputFormat.XML,
    "districts.kml": InputFormat.KML,
    "offices.kml": InputFormat.KML,
    "offices.kmz": InputFormat.KML,
    "districts_bng.zip": InputFormat.SHP,
    "offices_wgs84.zip": InputFormat.SHP,
}
WKT = [
    b"POLYGON ((0 0, 0 1, 1 1, 0 0), (0.1 0.2, 0.2 0.3, 0.1 0.3, 0.1 0.2))",
    b"GEOMETRYCOLLECTION (POINT (1 2), MULTILINESTRING ((0 0, 1 1), (2 2, 3 3)))",
    b"MULTIPOINT ((1 2), (3 4))",
]


@dataclass(frozen=True)
class Seed:
    """A good file; `reader` and `format` say how it is read, see READERS."""

    name: str
    reader: str
    format: str
    data: bytes


def all_seeds() -> list[Seed]:
    """Real files of other makers, and small ones that go other ways through the readers."""
    found = [
        Seed(name, "check", kind.value, (DATA / name).read_bytes()) for name, kind in API.items()
    ]
    found += [
        Seed(name, "import", kind.value, (DATA / name).read_bytes())
        for name, kind in IMPORTED.items()
    ]
    ring = [(0.0, 0.0), (0.0, 3.0), (3.0, 3.0), (3.0, 0.0), (0.0, 0.0)]
    polygons = shapes.packed(shapes.shapefile(shapes.POLYGON, [ring, shapes.SQUARE])).getvalue()
    wide = pipe('1|"A|B"|57|9', "2||-1|180", header=HEADER).getvalue()
    many = xml(*[f"<ID>{n}</ID><Name>n{n}</Name><Latitude>1</Latitude>" for n in range(6000)])
    found += [
        Seed("polygons.zip", "check", "shp", polygons),
        Seed("typed.pipe", "check", "pipe", wide),
        Seed("typed.pipe.gz", "check", "pipe", gzip.compress(wide)),
        Seed("many.xml", "check", "xml", many.getvalue()),
    ]
    found += [Seed(f"{number}.wkt", "wkt", "", text) for number, text in enumerate(WKT)]
    return found


HEADER = "ID(Edm.String,primaryKey)|Name(Edm.String)|Latitude(Edm.Double)|Longitude(Edm.Double)"


def _check(format: str, data: bytes) -> None:
    """Whatever the file holds, a report comes back."""
    detect_any(data[:300], "a.bin")
    check_file(io.BytesIO(data), InputFormat(format), limits=PLAN_LIMITS["unlimited"])


def _import(format: str, data: bytes) -> None:
    """Looked at, mapped as suggested, and read; FileFault wherever the file is at fault."""
    kind = ImportFormat(format)
    with tempfile.TemporaryDirectory(prefix="cairn-fuzz-") as folder:
        path = Path(folder) / f"file{kind.ending}"
        path.write_bytes(data)
        try:
            found = survey(path, kind)
            for layer in found.layers[:1]:
                if not layer.columns:
                    found = survey(path, kind, layer=layer.name)
                    layer = next(one for one in found.layers if one.name == layer.name)
                mapping = suggest_mapping(layer)
                check_mapping(mapping, layer)
                with open_import(path, kind, mapping) as reader:
                    for _ in reader:
                        pass
        except FileFault:
            pass


def _wkt(_: str, data: bytes) -> None:
    with contextlib.suppress(GeographyFault):
        read_wkt(data.decode("utf-8", "replace"))


#: How a kind of seed is read; returns, or raises what is a finding.
READERS: dict[str, Callable[[str, bytes], None]] = {
    "check": _check,
    "import": _import,
    "wkt": _wkt,
}
