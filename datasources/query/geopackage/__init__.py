"""Queries of a version that lies in a GeoPackage: conditions as SQL, searches, answers."""

from datasources.query.geopackage.reader import FileAnswers
from datasources.query.geopackage.search import FileSearch

__all__ = ["FileAnswers", "FileSearch"]
