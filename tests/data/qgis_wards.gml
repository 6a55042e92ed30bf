<?xml version="1.0" encoding="utf-8" ?>
<ogr:FeatureCollection
     gml:id="aFeatureCollection"
     xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
     xsi:schemaLocation="http://ogr.maptools.org/ qgis_wards.xsd"
     xmlns:ogr="http://ogr.maptools.org/"
     xmlns:gml="http://www.opengis.net/gml/3.2">
  <gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::27700"><gml:lowerCorner>530000 180000</gml:lowerCorner><gml:upperCorner>532900 180900</gml:upperCorner></gml:Envelope></gml:boundedBy>
                                                                                                                                                         
  <ogr:featureMember>
    <ogr:wards gml:id="wards.0">
      <gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::27700"><gml:lowerCorner>530000 180000</gml:lowerCorner><gml:upperCorner>530900 180900</gml:upperCorner></gml:Envelope></gml:boundedBy>
      <ogr:geometryProperty><gml:MultiSurface srsName="urn:ogc:def:crs:EPSG::27700" gml:id="wards.geom.0"><gml:surfaceMember><gml:Polygon gml:id="wards.geom.0.0"><gml:exterior><gml:LinearRing><gml:posList>530000 180000 530000 180900 530900 180900 530900 180000 530000 180000</gml:posList></gml:LinearRing></gml:exterior><gml:interior><gml:LinearRing><gml:posList>530100 180100 530200 180100 530200 180200 530100 180100</gml:posList></gml:LinearRing></gml:interior></gml:Polygon></gml:surfaceMember></gml:MultiSurface></ogr:geometryProperty>
      <ogr:ward_code>0101</ogr:ward_code>
      <ogr:name>St Mary’s</ogr:name>
      <ogr:residents>5210</ogr:residents>
      <ogr:share>12.500</ogr:share>
      <ogr:surveyed>2024-03-01</ogr:surveyed>
      <ogr:active>true</ogr:active>
      <ogr:notes>Größte Gemeinde</ogr:notes>
    </ogr:wards>
  </ogr:featureMember>
  <ogr:featureMember>
    <ogr:wards gml:id="wards.1">
      <gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::27700"><gml:lowerCorner>531000 180000</gml:lowerCorner><gml:upperCorner>531900 180900</gml:upperCorner></gml:Envelope></gml:boundedBy>
      <ogr:geometryProperty><gml:MultiSurface srsName="urn:ogc:def:crs:EPSG::27700" gml:id="wards.geom.1"><gml:surfaceMember><gml:Polygon gml:id="wards.geom.1.0"><gml:exterior><gml:LinearRing><gml:posList>531000 180000 531000 180900 531900 180900 531900 180000 531000 180000</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></gml:surfaceMember></gml:MultiSurface></ogr:geometryProperty>
      <ogr:ward_code>0102</ogr:ward_code>
      <ogr:name>Łódź Quarter</ogr:name>
      <ogr:residents>3877</ogr:residents>
      <ogr:share>8.250</ogr:share>
      <ogr:surveyed>1969-07-20</ogr:surveyed>
      <ogr:active>false</ogr:active>
      <ogr:notes>line one
line two</ogr:notes>
    </ogr:wards>
  </ogr:featureMember>
  <ogr:featureMember>
    <ogr:wards gml:id="wards.2">
      <gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::27700"><gml:lowerCorner>532000 180000</gml:lowerCorner><gml:upperCorner>532900 180900</gml:upperCorner></gml:Envelope></gml:boundedBy>
      <ogr:geometryProperty><gml:MultiSurface srsName="urn:ogc:def:crs:EPSG::27700" gml:id="wards.geom.2"><gml:surfaceMember><gml:Polygon gml:id="wards.geom.2.0"><gml:exterior><gml:LinearRing><gml:posList>532000 180000 532000 180900 532900 180900 532900 180000 532000 180000</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></gml:surfaceMember></gml:MultiSurface></ogr:geometryProperty>
      <ogr:ward_code>0103</ogr:ward_code>
      <ogr:name>Île</ogr:name>
      <ogr:residents xsi:nil="true"/>
      <ogr:share xsi:nil="true"/>
      <ogr:surveyed xsi:nil="true"/>
      <ogr:active xsi:nil="true"/>
      <ogr:notes xsi:nil="true"/>
    </ogr:wards>
  </ogr:featureMember>
</ogr:FeatureCollection>
