"""Small files of entities, in the forms of the reference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

COLUMNS = (
    "EntityID(Edm.String,primaryKey)|Latitude(Edm.Double)|Longitude(Edm.Double)"
    "|Name(Edm.String)|Seats(Edm.Int64)|Open(Edm.Boolean)|Since(Edm.DateTime)"
)
Row = Sequence[object]
SHOPS: tuple[Row, ...] = (
    ("-715", 47.6, -122.3, "Pike Street", 40, "true", "2010-11-03T23:31:37"),
    ("-661", 47.7, -122.2, "Løven", "", "0", "2010-11-03"),
    ("22067", 57.003766, 9.874434, "Aalborg", 12, "1", ""),
)


def pipe(
    rows: Iterable[Row] = SHOPS, *, columns: str = COLUMNS, entity_type: str = "CoffeeShops"
) -> str:
    """A pipe-separated file."""
    lines = [f"Bing Spatial Data Services, 1.0, {entity_type}", columns]
    lines += ["|".join(str(value) for value in row) for row in rows]
    return "\n".join(lines) + "\n"


def many(count: int, first: int = 0) -> str:
    """A file of `count` shops, IDs from `first` on."""
    return pipe(
        (f"{index}", index % 90, index % 180, f"Shop {index}", index, "true", "2020-01-01")
        for index in range(first, first + count)
    )


def deletes(*ids: str) -> str:
    """An incremental file that deletes entities, each row with its ID alone."""
    return pipe(
        [(one, "", "", "", "", "", "", "1") for one in ids],
        columns=COLUMNS + "|__deleteEntity(Edm.Boolean)",
    )


ENTITY_XML = """\ufeff<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<CoffeeData>
  <xs:schema id="CoffeeSample" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:msdata="urn:schemas-microsoft-com:xml-msdata">
    <xs:element name="CoffeeSample" msdata:IsDataSet="true" msdata:UseCurrentLocale="true">
      <xs:complexType>
        <xs:choice minOccurs="0" maxOccurs="unbounded">
          <xs:element name="CoffeeShops">
            <xs:complexType>
              <xs:sequence>
                <xs:element name="EntityID" type="xs:string" />
                <xs:element name="Latitude" type="xs:double" minOccurs="0" />
                <xs:element name="Longitude" type="xs:double" minOccurs="0" />
                <xs:element name="Open" type="xs:boolean" minOccurs="0" />
                <xs:element name="Since" type="xs:dateTime" minOccurs="0" />
              </xs:sequence>
            </xs:complexType>
          </xs:element>
        </xs:choice>
      </xs:complexType>
      <xs:unique name="Constraint1" msdata:PrimaryKey="true">
        <xs:selector xpath=".//CoffeeShops" />
        <xs:field xpath="EntityID" />
      </xs:unique>
    </xs:element>
  </xs:schema>
  <CoffeeShops>
    <EntityID>a</EntityID><Latitude>47.5</Latitude><Longitude>-122.5</Longitude>
    <Open>True</Open><Since>2010-11-03T23:31:36.0000000Z</Since>
  </CoffeeShops>
  <CoffeeShops>
    <EntityID>b</EntityID><Latitude>48.5</Latitude><Longitude>-121.5</Longitude><Open>False</Open>
  </CoffeeShops>
</CoffeeData>
"""
