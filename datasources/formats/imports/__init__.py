"""Files in formats that the API does not take: looked at, mapped, and read as entities.

`survey` looks at all rows, `suggest_mapping` fills in what becomes of the columns, `check_mapping`
says what is wrong with what a person made of it, and `open_import` reads by it.
"""

from datasources.formats.imports.detect import detect_any
from datasources.formats.imports.kinds import ImportFormat
from datasources.formats.imports.mapped import check_mapping
from datasources.formats.imports.reader import open_import
from datasources.formats.imports.suggest import suggest_mapping
from datasources.formats.imports.surveys import Column, Layer, Survey, survey

__all__ = [
    "Column",
    "ImportFormat",
    "Layer",
    "Survey",
    "check_mapping",
    "detect_any",
    "open_import",
    "suggest_mapping",
    "survey",
]
