<?xml version="1.0" encoding="utf-8" ?>
<ogr:FeatureCollection
     gml:id="aFeatureCollection"
     xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
     xsi:schemaLocation="http://ogr.maptools.org/ clinics_bng.xsd"
     xmlns:ogr="http://ogr.maptools.org/"
     xmlns:gml="http://www.opengis.net/gml/3.2">
  <gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::27700"><gml:lowerCorner>151803.043662335 40240.3681603265</gml:lowerCorner><gml:upperCorner>622747.4935005 845245.423827494</gml:upperCorner></gml:Envelope></gml:boundedBy>
                                                                                                                   
  <ogr:featureMember>
    <ogr:clinics gml:id="clinics.0">
      <gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::27700"><gml:lowerCorner>530028.746949175 180380.094251256</gml:lowerCorner><gml:upperCorner>530028.746949175 180380.094251256</gml:upperCorner></gml:Envelope></gml:boundedBy>
      <ogr:geometryProperty><gml:Point srsName="urn:ogc:def:crs:EPSG::27700" gml:id="clinics.geom.0"><gml:pos>530028.746949175 180380.094251256</gml:pos></gml:Point></ogr:geometryProperty>
      <ogr:Code>C-01</ogr:Code>
      <ogr:Name>Königsplatz</ogr:Name>
      <ogr:Opened>2010-11-16</ogr:Opened>
      <ogr:Beds>12</ogr:Beds>
      <ogr:Area>1.5</ogr:Area>
      <ogr:Public>true</ogr:Public>
    </ogr:clinics>
  </ogr:featureMember>
  <ogr:featureMember>
    <ogr:clinics gml:id="clinics.1">
      <gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::27700"><gml:lowerCorner>529601.733066842 181059.099347223</gml:lowerCorner><gml:upperCorner>529601.733066842 181059.099347223</gml:upperCorner></gml:Envelope></gml:boundedBy>
      <ogr:geometryProperty><gml:Point srsName="urn:ogc:def:crs:EPSG::27700" gml:id="clinics.geom.1"><gml:pos>529601.733066842 181059.099347223</gml:pos></gml:Point></ogr:geometryProperty>
      <ogr:Code>C-02</ogr:Code>
      <ogr:Name>Soho, &quot;West&quot;</ogr:Name>
      <ogr:Beds>40</ogr:Beds>
      <ogr:Area>2.25</ogr:Area>
      <ogr:Public>false</ogr:Public>
    </ogr:clinics>
  </ogr:featureMember>
  <ogr:featureMember>
    <ogr:clinics gml:id="clinics.2">
      <gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::27700"><gml:lowerCorner>529146.512675794 181759.674483999</gml:lowerCorner><gml:upperCorner>529146.512675794 181759.674483999</gml:upperCorner></gml:Envelope></gml:boundedBy>
      <ogr:geometryProperty><gml:Point srsName="urn:ogc:def:crs:EPSG::27700" gml:id="clinics.geom.2"><gml:pos>529146.512675794 181759.674483999</gml:pos></gml:Point></ogr:geometryProperty>
      <ogr:Code>C-03</ogr:Code>
      <ogr:Name>Łódź House</ogr:Name>
      <ogr:Opened>1999-01-02</ogr:Opened>
      <ogr:Beds>7</ogr:Beds>
      <ogr:Area>0.125</ogr:Area>
      <ogr:Public>true</ogr:Public>
    </ogr:clinics>
  </ogr:featureMember>
  <ogr:featureMember>
    <ogr:clinics gml:id="clinics.3">
      <gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::27700"><gml:lowerCorner>243418.018933367 378468.140743972</gml:lowerCorner><gml:upperCorner>243418.018933367 378468.140743972</gml:upperCorner></gml:Envelope></gml:boundedBy>
      <ogr:geometryProperty><gml:Point srsName="urn:ogc:def:crs:EPSG::27700" gml:id="clinics.geom.3"><gml:pos>243418.018933367 378468.140743972</gml:pos></gml:Point></ogr:geometryProperty>
      <ogr:Code>C-04</ogr:Code>
      <ogr:Name>Ynys Môn</ogr:Name>
      <ogr:Opened>2001-02-28</ogr:Opened>
      <ogr:Beds>25</ogr:Beds>
      <ogr:Area>10</ogr:Area>
      <ogr:Public>true</ogr:Public>
    </ogr:clinics>
  </ogr:featureMember>
  <ogr:featureMember>
    <ogr:clinics gml:id="clinics.4">
      <gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::27700"><gml:lowerCorner>266700.184036255 845245.423827494</gml:lowerCorner><gml:upperCorner>266700.184036255 845245.423827494</gml:upperCorner></gml:Envelope></gml:boundedBy>
      <ogr:geometryProperty><gml:Point srsName="urn:ogc:def:crs:EPSG::27700" gml:id="clinics.geom.4"><gml:pos>266700.184036255 845245.423827494</gml:pos></gml:Point></ogr:geometryProperty>
      <ogr:Code>C-05</ogr:Code>
      <ogr:Name>Inbhir Nis</ogr:Name>
      <ogr:Opened>2020-02-29</ogr:Opened>
      <ogr:Beds>130</ogr:Beds>
      <ogr:Area>7.75</ogr:Area>
      <ogr:Public>true</ogr:Public>
    </ogr:clinics>
  </ogr:featureMember>
  <ogr:featureMember>
    <ogr:clinics gml:id="clinics.5">
      <gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::27700"><gml:lowerCorner>472008.612504891 98320.4643795249</gml:lowerCorner><gml:upperCorner>472008.612504891 98320.4643795249</gml:upperCorner></gml:Envelope></gml:boundedBy>
      <ogr:geometryProperty><gml:Point srsName="urn:ogc:def:crs:EPSG::27700" gml:id="clinics.geom.5"><gml:pos>472008.612504891 98320.4643795249</gml:pos></gml:Point></ogr:geometryProperty>
      <ogr:Code>C-06</ogr:Code>
      <ogr:Name>Île de Hayling</ogr:Name>
      <ogr:Opened>1987-06-05</ogr:Opened>
      <ogr:Beds>3</ogr:Beds>
      <ogr:Area>0.5</ogr:Area>
      <ogr:Public>false</ogr:Public>
    </ogr:clinics>
  </ogr:featureMember>
  <ogr:featureMember>
    <ogr:clinics gml:id="clinics.6">
      <gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::27700"><gml:lowerCorner>151803.043662335 40240.3681603265</gml:lowerCorner><gml:upperCorner>151803.043662335 40240.3681603265</gml:upperCorner></gml:Envelope></gml:boundedBy>
      <ogr:geometryProperty><gml:Point srsName="urn:ogc:def:crs:EPSG::27700" gml:id="clinics.geom.6"><gml:pos>151803.043662335 40240.3681603265</gml:pos></gml:Point></ogr:geometryProperty>
      <ogr:Code>C-07</ogr:Code>
      <ogr:Name>St Ives &amp; Zennor</ogr:Name>
      <ogr:Opened>2015-12-31</ogr:Opened>
      <ogr:Beds>18</ogr:Beds>
      <ogr:Area>3.25</ogr:Area>
      <ogr:Public>true</ogr:Public>
    </ogr:clinics>
  </ogr:featureMember>
  <ogr:featureMember>
    <ogr:clinics gml:id="clinics.7">
      <gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::27700"><gml:lowerCorner>429736.853420983 433837.935147068</gml:lowerCorner><gml:upperCorner>429736.853420983 433837.935147068</gml:upperCorner></gml:Envelope></gml:boundedBy>
      <ogr:geometryProperty><gml:Point srsName="urn:ogc:def:crs:EPSG::27700" gml:id="clinics.geom.7"><gml:pos>429736.853420983 433837.935147068</gml:pos></gml:Point></ogr:geometryProperty>
      <ogr:Code>C-08</ogr:Code>
      <ogr:Name>Šibenik Road</ogr:Name>
      <ogr:Opened>1975-07-07</ogr:Opened>
      <ogr:Beds>64</ogr:Beds>
      <ogr:Area>4.5</ogr:Area>
      <ogr:Public>false</ogr:Public>
    </ogr:clinics>
  </ogr:featureMember>
  <ogr:featureMember>
    <ogr:clinics gml:id="clinics.8">
      <gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::27700"><gml:lowerCorner>384169.680959137 398168.728138265</gml:lowerCorner><gml:upperCorner>384169.680959137 398168.728138265</gml:upperCorner></gml:Envelope></gml:boundedBy>
      <ogr:geometryProperty><gml:Point srsName="urn:ogc:def:crs:EPSG::27700" gml:id="clinics.geom.8"><gml:pos>384169.680959137 398168.728138265</gml:pos></gml:Point></ogr:geometryProperty>
      <ogr:Code>C-09</ogr:Code>
      <ogr:Name>Löwe, Bär</ogr:Name>
      <ogr:Opened>2022-10-10</ogr:Opened>
      <ogr:Beds>9</ogr:Beds>
      <ogr:Area>1</ogr:Area>
      <ogr:Public>true</ogr:Public>
    </ogr:clinics>
  </ogr:featureMember>
  <ogr:featureMember>
    <ogr:clinics gml:id="clinics.9">
      <gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::27700"><gml:lowerCorner>425065.062422581 564000.593886583</gml:lowerCorner><gml:upperCorner>425065.062422581 564000.593886583</gml:upperCorner></gml:Envelope></gml:boundedBy>
      <ogr:geometryProperty><gml:Point srsName="urn:ogc:def:crs:EPSG::27700" gml:id="clinics.geom.9"><gml:pos>425065.062422581 564000.593886583</gml:pos></gml:Point></ogr:geometryProperty>
      <ogr:Code>C-10</ogr:Code>
      <ogr:Name>Ærø Lane</ogr:Name>
      <ogr:Opened>1969-07-20</ogr:Opened>
      <ogr:Beds>88</ogr:Beds>
      <ogr:Area>12.5</ogr:Area>
      <ogr:Public>true</ogr:Public>
    </ogr:clinics>
  </ogr:featureMember>
  <ogr:featureMember>
    <ogr:clinics gml:id="clinics.10">
      <gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::27700"><gml:lowerCorner>318152.630594435 176331.989661708</gml:lowerCorner><gml:upperCorner>318152.630594435 176331.989661708</gml:upperCorner></gml:Envelope></gml:boundedBy>
      <ogr:geometryProperty><gml:Point srsName="urn:ogc:def:crs:EPSG::27700" gml:id="clinics.geom.10"><gml:pos>318152.630594435 176331.989661708</gml:pos></gml:Point></ogr:geometryProperty>
      <ogr:Code>C-11</ogr:Code>
      <ogr:Name>O’Brien’s</ogr:Name>
      <ogr:Opened>1955-05-05</ogr:Opened>
      <ogr:Beds>21</ogr:Beds>
      <ogr:Area>2</ogr:Area>
      <ogr:Public>false</ogr:Public>
    </ogr:clinics>
  </ogr:featureMember>
  <ogr:featureMember>
    <ogr:clinics gml:id="clinics.11">
      <gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::27700"><gml:lowerCorner>622747.4935005 308664.567808424</gml:lowerCorner><gml:upperCorner>622747.4935005 308664.567808424</gml:upperCorner></gml:Envelope></gml:boundedBy>
      <ogr:geometryProperty><gml:Point srsName="urn:ogc:def:crs:EPSG::27700" gml:id="clinics.geom.11"><gml:pos>622747.4935005 308664.567808424</gml:pos></gml:Point></ogr:geometryProperty>
      <ogr:Code>C-12</ogr:Code>
      <ogr:Name>Ψ Clinic</ogr:Name>
      <ogr:Opened>2005-03-01</ogr:Opened>
      <ogr:Beds>55</ogr:Beds>
      <ogr:Area>6.25</ogr:Area>
      <ogr:Public>true</ogr:Public>
    </ogr:clinics>
  </ogr:featureMember>
</ogr:FeatureCollection>
