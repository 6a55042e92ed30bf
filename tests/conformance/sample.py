"""The data source that most cases ask: shops of the reference's FourthCoffeeSample.

Positions, names and values are those of the examples of "Query by ID", "Query by Area" and "Query
by Property"; "FourthCoffeeSample" names the properties.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

ENTITY_TYPE = "FourthCoffeeShops"
XSD_TYPES = {
    "Edm.String": "string",
    "Edm.Double": "double",
    "Edm.Int64": "long",
    "Edm.Boolean": "boolean",
    "Edm.DateTime": "dateTime",
    "Edm.Geography": "anyType",
}
#: In the order that the service answers them in.
PROPERTIES = {
    "EntityID": "Edm.String",
    "Latitude": "Edm.Double",
    "Longitude": "Edm.Double",
    "AddressLine": "Edm.String",
    "PrimaryCity": "Edm.String",
    "Subdivision": "Edm.String",
    "PostalCode": "Edm.String",
    "SecondaryCity": "Edm.String",
    "DisplayName": "Edm.String",
    "StoreType": "Edm.String",
    "SeatingCapacity": "Edm.Int64",
    "Open": "Edm.Int64",
    "IsWiFiHotSpot": "Edm.Boolean",
    "IsWheelchairAccessible": "Edm.Boolean",
    "CreatedDate": "Edm.DateTime",
    "LastUpdatedDate": "Edm.DateTime",
}
Shop = Mapping[str, str]


def shop(number: int, latitude: str, longitude: str, city: str, **values: str) -> dict[str, str]:
    """A shop as it is sent: a property that is not named is not in the file at all."""
    return {
        "EntityID": f"-{number}",
        "Latitude": latitude,
        "Longitude": longitude,
        "PrimaryCity": city,
        "DisplayName": f"Fourth Coffee Store #{number}, {city}",
        **values,
    }


AALBORG = shop(
    22067,
    "57.003766",
    "9.874434",
    "Aalborg",
    AddressLine="Løven",
    Subdivision="Nordjyllands Amt",
    PostalCode="9200",
    SecondaryCity="",
    StoreType="Drive-Thru",
    Open="700",
    IsWiFiHotSpot="false",
    IsWheelchairAccessible="false",
    CreatedDate="2010-11-03T00:00:00",
    LastUpdatedDate="2010-11-03T23:31:36",
)
_COFFEE = {"StoreType": "Coffee Shop", "Subdivision": "FL"}
SHOPS: tuple[dict[str, str], ...] = (
    AALBORG,
    shop(7891, "40.781604", "-74.181775", "Belleville", AddressLine="148 Franklin St", PostalCode="07109"),
    shop(7884, "40.780329", "-74.237863", "West Orange"),
    shop(7920, "40.787240", "-74.391041", "Florham Park"),
    shop(8051, "40.820685", "-74.295683", "Roseland", IsWiFiHotSpot="false", Open="600"),
    shop(8174, "40.849513", "-74.292831", "West Caldwell", IsWiFiHotSpot="false", Open="700"),
    shop(8181, "40.851404", "-74.293720", "North Caldwell", IsWiFiHotSpot="false", Open="800"),
    shop(8080, "40.827191", "-74.358151", "East Hanover", IsWiFiHotSpot="true"),
    shop(8077, "40.826413", "-74.360059", "East Hanover", IsWiFiHotSpot="true"),
    shop(8089, "40.828150", "-74.364028", "East Hanover", IsWiFiHotSpot="true"),
    shop(661, "27.894007", "-82.670776", "Clearwater", IsWheelchairAccessible="true", **_COFFEE, IsWiFiHotSpot="false"),
    shop(660, "27.893759", "-82.667436", "Clearwater", IsWheelchairAccessible="true", **_COFFEE, IsWiFiHotSpot="true"),
    shop(666, "27.899343", "-82.715604", "Clearwater", IsWheelchairAccessible="true"),
    shop(669, "27.916173", "-82.733002", "Clearwater", IsWheelchairAccessible="false"),
    shop(710, "27.960745", "-82.719151", "Clearwater", IsWheelchairAccessible="false"),
)  # fmt: skip
ALL_IDS = sorted(one["EntityID"] for one in SHOPS)


def xml_document(
    data_source_name: str, shops: tuple[Shop, ...] = SHOPS, *, deletes: bool = False
) -> str:
    """A .NET DataSet document, as "Load Data Source Data Schema and Sample Input" shows it."""
    columns = {name: XSD_TYPES[edm] for name, edm in PROPERTIES.items()}
    if deletes:
        columns["__deleteEntity"] = "string"
    elements = "".join(
        f'<xs:element name="{name}" type="xs:{word}" minOccurs="0" />'
        for name, word in columns.items()
    )
    rows = "".join(
        f"<{ENTITY_TYPE}>"
        + "".join(f"<{name}>{escape(text)}</{name}>" for name, text in one.items())
        + f"</{ENTITY_TYPE}>"
        for one in shops
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><ShopData>'
        f'<xs:schema id="{data_source_name}" xmlns="" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
        ' xmlns:msdata="urn:schemas-microsoft-com:xml-msdata">'
        f'<xs:element name="{data_source_name}" msdata:IsDataSet="true"'
        ' msdata:UseCurrentLocale="true"><xs:complexType>'
        '<xs:choice minOccurs="0" maxOccurs="unbounded">'
        f'<xs:element name="{ENTITY_TYPE}"><xs:complexType><xs:sequence>{elements}</xs:sequence>'
        "</xs:complexType></xs:element></xs:choice></xs:complexType>"
        '<xs:unique name="Constraint1" msdata:PrimaryKey="true">'
        f'<xs:selector xpath=".//{ENTITY_TYPE}" /><xs:field xpath="EntityID" /></xs:unique>'
        f"</xs:element></xs:schema>{rows}</ShopData>"
    )


def pipe(*rows: str, columns: str = "", entity_type: str = "Places") -> str:
    """A pipe-separated file of small entities: ID, latitude, longitude, name."""
    head = (
        columns
        or "ID(Edm.String,primaryKey)|Latitude(Edm.Double)|Longitude(Edm.Double)|Name(Edm.String)"
    )
    lines = [f"Bing Spatial Data Services, 1.0, {entity_type}", head, *rows]
    return "\n".join(lines) + "\n"
