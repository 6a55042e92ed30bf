"""The operations of the Spatial Data Services API, as views: dataflows, data sources, queries."""
