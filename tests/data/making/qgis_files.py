"""The files of tests/data that QGIS wrote: `QT_QPA_PLATFORM=offscreen python3 qgis_files.py FOLDER`.

With PyQGIS, as the dialog “Save features as” does it: the same writer with the same options. Seen
with QGIS 3.22.16.
"""

# mypy: ignore-errors
import os
import sys
import zipfile

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsMemoryProviderUtils,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QDate, QVariant

NOTHING = QVariant()
WARDS = [
    # code, name, residents, share, surveyed, checked, active, notes, a ring in the National Grid
    ("0101", "St Mary’s", 5210, 12.5, QDate(2024, 3, 1), True, "Größte Gemeinde", 530000),
    ("0102", "Łódź Quarter", 3877, 8.25, QDate(1969, 7, 20), False, "line one\nline two", 531000),
    ("0103", "Île", NOTHING, NOTHING, QDate(), NOTHING, NOTHING, 532000),
]
FIELDS = [
    QgsField("ward_code", QVariant.String, len=10),
    QgsField("name", QVariant.String, len=40),
    QgsField("residents", QVariant.Int),
    QgsField("share", QVariant.Double, len=10, prec=3),
    QgsField("surveyed", QVariant.Date),
    QgsField("active", QVariant.Bool),
    QgsField("notes", QVariant.String, len=80),
]


def wards() -> QgsVectorLayer:
    fields = QgsFields()
    for field in FIELDS:
        fields.append(field)
    grid = QgsCoordinateReferenceSystem("EPSG:27700")
    layer = QgsMemoryProviderUtils.createMemoryLayer(
        "wards", fields, QgsWkbTypes.MultiPolygon, grid
    )
    for code, name, residents, share, day, active, notes, x in WARDS:
        feature = QgsFeature(fields)
        feature.setAttributes([code, name, residents, share, day, active, notes])
        ring = f"({x} 180000, {x} 180900, {x + 900} 180900, {x + 900} 180000, {x} 180000)"
        hole = f", ({x + 100} 180100, {x + 200} 180100, {x + 200} 180200, {x + 100} 180100)"
        feature.setGeometry(
            QgsGeometry.fromWkt(f"MULTIPOLYGON (({ring}{hole if x == 530000 else ''}))")
        )
        layer.dataProvider().addFeature(feature)
    layer.updateExtents()
    return layer


def save(layer: QgsVectorLayer, path: str, driver: str, crs: str = "", *options: str) -> None:
    wanted = QgsVectorFileWriter.SaveVectorOptions()
    wanted.driverName = driver
    wanted.layerName = "wards"
    wanted.fileEncoding = "UTF-8"
    wanted.layerOptions = list(options)
    wanted.saveMetadata = True
    wanted.layerMetadata = layer.metadata()
    context = QgsCoordinateTransformContext()
    if crs:
        from qgis.core import QgsCoordinateTransform

        there = QgsCoordinateReferenceSystem(crs)
        wanted.ct = QgsCoordinateTransform(layer.crs(), there, context)
    error, words, *_ = QgsVectorFileWriter.writeAsVectorFormatV3(layer, path, context, wanted)
    assert error == QgsVectorFileWriter.NoError, words


def main(folder: str) -> None:
    application = QgsApplication([], False)
    application.initQgis()
    layer = wards()
    metadata = layer.metadata()
    metadata.setTitle("Wards")
    metadata.setAbstract("Made for tests")
    layer.setMetadata(metadata)
    package = os.path.join(folder, "qgis_wards.gpkg")
    save(layer, package, "GPKG")
    saved = QgsVectorLayer(f"{package}|layername=wards", "wards", "ogr")
    assert not saved.saveStyleToDatabase("plain", "as drawn", True, "")
    parts = os.path.join(folder, "parts")
    os.makedirs(parts, exist_ok=True)
    save(layer, os.path.join(parts, "wards.shp"), "ESRI Shapefile")
    as_shape = QgsVectorLayer(os.path.join(parts, "wards.shp"), "wards", "ogr")
    as_shape.saveNamedStyle(os.path.join(parts, "wards.qml"))
    as_shape.setMetadata(metadata)
    as_shape.saveNamedMetadata(os.path.join(parts, "wards.qmd"))
    with zipfile.ZipFile(
        os.path.join(folder, "qgis_wards.zip"), "w", zipfile.ZIP_DEFLATED
    ) as archive:
        for name in sorted(os.listdir(parts)):
            archive.write(os.path.join(parts, name), name)
    save(layer, os.path.join(folder, "qgis_wards_bng.geojson"), "GeoJSON")
    save(layer, os.path.join(folder, "qgis_wards.geojson"), "GeoJSON", "EPSG:4326", "RFC7946=YES")
    save(layer, os.path.join(folder, "qgis_wards.kml"), "KML", "EPSG:4326")
    save(layer, os.path.join(folder, "qgis_wards_libkml.kml"), "LIBKML", "EPSG:4326")
    save(layer, os.path.join(folder, "qgis_wards_wkt.csv"), "CSV", "EPSG:4326", "GEOMETRY=AS_WKT")
    save(layer, os.path.join(folder, "qgis_wards.fgb"), "FlatGeobuf")
    save(layer, os.path.join(folder, "qgis_wards.gml"), "GML")
    save(layer, os.path.join(folder, "qgis_wards.xlsx"), "XLSX")
    save(layer, os.path.join(folder, "qgis_wards_mif.mif"), "MapInfo MIF")
    application.exitQgis()


main(sys.argv[1])
