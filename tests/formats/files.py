"""Small files for the tests of formats and checks, written as a person would."""

from __future__ import annotations

import gzip
import io
import zipfile

from datasources.formats import InputFormat, open_entities
from datasources.formats.source import FileFault
from datasources.schema import Batch, Problem, Schema

VERSION = "Bing Spatial Data Services, 1.0, Shops"
HEADER = "ID(Edm.String,primaryKey)|Name(Edm.String)|Latitude(Edm.Double)|Longitude(Edm.Double)"


def pipe(*rows: str, header: str = HEADER, version: str = VERSION) -> io.BytesIO:
    """A pipe file with these rows; they begin on line 3."""
    return io.BytesIO("\n".join([version, header, *rows, ""]).encode())


def delimited(delimiter: str, *rows: str, header: str = HEADER) -> io.BytesIO:
    return io.BytesIO("\n".join([VERSION, header.replace("|", delimiter), *rows, ""]).encode())


def xml(
    *entities: str,
    properties: str = '<xs:element name="Name" type="xs:string" minOccurs="0" />'
    '<xs:element name="Latitude" type="xs:double" minOccurs="0" />'
    '<xs:element name="Longitude" type="xs:double" minOccurs="0" />',
    key: str = '<xs:unique name="C" msdata:PrimaryKey="true"><xs:selector xpath=".//Shops" />'
    '<xs:field xpath="ID" /></xs:unique>',
    root: str = "CoffeeData",
    before: str = "",
) -> io.BytesIO:
    """An entity XML file; each entity is the inside of a Shops element, from line 3 on."""
    schema = (
        '<xs:schema id="Coffee" xmlns="" xmlns:xs="http://www.w3.org/2001/XMLSchema" '
        'xmlns:msdata="urn:schemas-microsoft-com:xml-msdata">'
        '<xs:element name="Coffee" msdata:IsDataSet="true"><xs:complexType><xs:choice>'
        '<xs:element name="Shops"><xs:complexType><xs:sequence>'
        f'<xs:element name="ID" type="xs:string" />{properties}'
        "</xs:sequence></xs:complexType></xs:element></xs:choice></xs:complexType>"
        f"{key}</xs:element></xs:schema>"
    )
    body = "\n".join(f"<Shops>{entity}</Shops>" for entity in entities)
    return io.BytesIO(f"{before}<{root}>\n{schema}\n{body}\n</{root}>\n".encode())


def gzipped(file: io.BytesIO) -> io.BytesIO:
    return io.BytesIO(gzip.compress(file.getvalue()))


def zipped(**members: bytes) -> io.BytesIO:
    return zipped_as(members)


def zipped_as(members: dict[str, bytes]) -> io.BytesIO:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return io.BytesIO(stream.getvalue())


def read(
    file: io.BytesIO, format: InputFormat = InputFormat.PIPE, batch_size: int = 5000
) -> tuple[Schema, list[Batch], list[Problem]]:
    """Everything a file holds, and what is wrong with single entities, in batches or not."""
    with open_entities(file, format, batch_size=batch_size) as reader:
        batches = list(reader)
        faults = [one for batch in batches for _, one in sorted(batch.faults.items())]
        return reader.schema, batches, [*reader.problems, *faults]


def fault(file: io.BytesIO, format: InputFormat = InputFormat.PIPE) -> Problem:
    """The fault that keeps a file from being read."""
    try:
        read(file, format)
    except FileFault as caught:
        return caught.problem
    raise AssertionError("the file was read without a fault")
