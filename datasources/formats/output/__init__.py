"""Writing a version in the formats that people take it in: the service's own, GIS, spreadsheet."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import BinaryIO

from datasources.formats.base import InputFormat
from datasources.formats.faults import file_fault
from datasources.formats.output.kinds import OutputFormat
from datasources.formats.output.losses import losses
from datasources.formats.output.spreadsheet import too_many_rows
from datasources.phrases import Phrase
from datasources.schema import Batch, Schema

__all__ = ["OutputFormat", "losses", "too_many_rows", "write_output"]


def write_output(
    target: str | os.PathLike[str] | BinaryIO,
    format: OutputFormat,
    schema: Schema,
    batches: Iterable[Batch],
    *,
    data_source_name: str = "",
) -> int:
    """Write typed batches, whose columns are those of `schema.without_deletes()`.

    `target` is a path, or a binary file that is written from where it stands. Gives the number of
    entities. What the format cannot hold of the schema is what `losses` says. FileFault where the
    entities do not fit into the format at all, or its library fails; what stands at the target is
    then of no use. Temporary files lie beside a path, else in the system's folder for them.
    """
    batches = (batch for batch in batches if len(batch))
    beside = (
        os.path.dirname(os.path.abspath(target)) if isinstance(target, str | os.PathLike) else None
    )
    if format in _STREAMED:
        with (
            open(target, "wb")
            if isinstance(target, str | os.PathLike)
            else nullcontext(target) as file
        ):
            return _write_stream(file, format, schema, batches, data_source_name)
    with tempfile.TemporaryDirectory(dir=beside, prefix="output-") as folder:
        path = Path(folder) / f"written{format.ending}"
        count = _write_file(path, format, schema.without_deletes(), batches, folder)
        if isinstance(target, str | os.PathLike):
            path.replace(target)
        else:
            with path.open("rb") as written:
                shutil.copyfileobj(written, target, 1 << 20)
    return count


_STREAMED = {
    OutputFormat.XML,
    OutputFormat.CSV,
    OutputFormat.TAB,
    OutputFormat.PIPE,
    OutputFormat.GEOJSON,
    OutputFormat.KML,
}


def _write_stream(
    stream: BinaryIO, format: OutputFormat, schema: Schema, batches: Iterable[Batch], name: str
) -> int:
    from datasources.formats.output.geojson import write_geojson
    from datasources.formats.output.kml import write_kml
    from datasources.formats.text_writer import write_text
    from datasources.formats.xml_writer import write_xml

    if format is OutputFormat.XML:
        return write_xml(stream, schema.without_deletes(), batches, name)
    if format is OutputFormat.GEOJSON:
        return write_geojson(stream, schema.without_deletes(), batches)
    if format is OutputFormat.KML:
        return write_kml(stream, schema.without_deletes(), batches)
    return write_text(stream, InputFormat(format.value), schema, batches)


def _write_file(
    path: Path, format: OutputFormat, schema: Schema, batches: Iterable[Batch], folder: str
) -> int:
    if format is OutputFormat.GEOPACKAGE:
        return _write_geopackage(path, schema, batches)
    if format is OutputFormat.SHP:
        from datasources.formats.output.shapefile import write_shapefile

        return write_shapefile(str(path), schema, batches, folder)
    if format is OutputFormat.XLSX:
        from datasources.formats.output.spreadsheet import write_xlsx

        return write_xlsx(str(path), schema, batches, folder)
    from datasources.formats.output.isolated import write_apart

    return write_apart(str(path), format, schema, batches)


def _write_geopackage(path: Path, schema: Schema, batches: Iterable[Batch]) -> int:
    from datasources.formats.geopackage import GeoPackageFault, write_geopackage

    try:
        return write_geopackage(path, schema, batches)
    except GeoPackageFault as fault:
        raise file_fault(
            "not-written",
            Phrase("The GeoPackage could not be written: {why}", why=str(fault)),
            Phrase("Choose another format, XML say."),
        ) from None
