"""Spreadsheets: formulas, merged cells, dates as numbers, several sheets."""

from __future__ import annotations

import io

from datasources.formats import ImportFormat, survey
from tests.formats.files import zipped_as
from tests.formats.imports.books import ods, row, xlsx
from tests.formats.imports.looking import DATA, entities, fault, look, notes

XLSX, ODS = ImportFormat.XLSX, ImportFormat.ODS
HEADER = row(1, "ID", "Lat", "Lon", "Note")


def number(value: str, style: int = 0) -> str:
    return f'<c s="{style}"><v>{value}</v></c>'


def test_formulas_have_the_values_they_were_saved_with() -> None:
    file = xlsx(
        (
            "Shops",
            HEADER + row(2, "a", number("1"), "<c><f>B2+1</f><v>2</v></c>", "<c><f>NOW()</f></c>"),
        )
    )
    (one,), problems = entities(file, XLSX)
    assert problems == []
    assert (one["Latitude"], one["Longitude"], one["Note"]) == (1.0, 2.0, None)
    assert notes(file, XLSX) == {
        "cells-formula": "2 cells hold formulas; the value that was saved with the file is read.",
        "cells-formula-empty": "1 formula has no saved value; the cell is read as empty.",
    }


def test_errors_are_counted() -> None:
    error = '<c t="e"><f>1/0</f><v>#DIV/0!</v></c>'
    file = xlsx(("Shops", HEADER + row(2, "a", number("1"), number("2"), error)))
    assert notes(file, XLSX)["cells-error"].startswith("1 cell shows an error such as #N/A")


def test_a_merged_cell_has_its_value_in_the_first() -> None:
    data = (
        HEADER + row(2, "a", number("1"), number("2"), "x") + row(3, "b", number("1"), number("2"))
    )
    file = xlsx(
        ("Shops", data), after='<mergeCells count="1"><mergeCell ref="D2:D3"/></mergeCells>'
    )
    found, _ = entities(file, XLSX)
    assert [one["Note"] for one in found] == ["x", None]
    assert notes(file, XLSX)["cells-merged"].startswith("The sheet has 1 merged cell; the value")


def test_numbers_with_a_date_format_are_dates() -> None:
    file = xlsx(("Shops", HEADER + row(2, "a", number("1"), number("2"), number("40498", 1))))
    (one,), _ = entities(file, XLSX)
    assert one["Note"] == "2010-11-16T00:00:00Z"


def test_several_sheets_ask_which() -> None:
    data = HEADER + row(2, number("7"), number("1"), number("2"))
    file = xlsx(("Shops", data), ("Depots", data + row(3, "x", "", "")), ("Empty", ""))
    found = survey(file, XLSX)
    assert [(layer.name, layer.entities) for layer in found.layers] == [("Shops", 1), ("Depots", 2)]
    assert found.layer is None
    chosen = look(file, XLSX, layer="Shops")
    assert chosen.columns[0].samples == ("7",)
    problem = fault_of_layer(file, "Gone")
    assert problem == "The file has no layer “Gone”."


def fault_of_layer(file: io.BytesIO, layer: str) -> str:
    from datasources.formats import FileFault

    try:
        survey(file, XLSX, layer=layer)
    except FileFault as caught:
        return caught.problem.message
    return ""


def test_the_header_is_the_first_row_that_is_not_empty_and_lines_are_the_sheets() -> None:
    data = (
        row(3, "ID", "Lat", "Lon")
        + row(5, "a", number("1"), number("2"))
        + row(6, "b", number("99"), number("2"))
    )
    file = xlsx(("Shops", data))
    assert [column.name for column in look(file, XLSX).columns] == ["ID", "Lat", "Lon"]
    file = xlsx(
        (
            "Shops",
            row(3, "ID", "Lat", "Lon")
            + row(5, "a", number("1"), number("2"))
            + row(7, "b", number("2")),
        )
    )
    _, problems = entities(file, XLSX)
    assert [(problem.rule, problem.row, problem.line) for problem in problems] == [
        ("location-incomplete", 2, 7)
    ]


def test_a_cell_far_from_the_others_ends_the_reading_and_no_worker() -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    problem = fault(xlsx(("Shops", HEADER + row(2, "a", number("1"), number("2")) + far)), XLSX)
    assert problem.rule in ("import-memory", "gis-memory")
    assert "more memory than it may" in problem.message


def test_an_ods_has_repeats_merged_cells_and_formulas() -> None:
    def cell(text: str, attributes: str = 'office:value-type="string"') -> str:
        return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"

    def float_(value: str, more: str = "") -> str:
        return cell("shown", f'office:value-type="float" office:value="{value}" {more}')

    twice, formula = 'table:number-columns-repeated="2"', 'table:formula="of:=1"'
    head = (
        f"<table:table-row>{cell('ID')}{cell('Lat')}{cell('Lon')}{cell('Note')}</table:table-row>"
    )
    file = ods(
        '<table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
        + head
        + f"<table:table-row>{float_('7')}{float_('1.5', twice)}"
        + cell("a<text:s text:c='2'/>b", 'office:value-type="string" table:number-rows-spanned="2"')
        + "</table:table-row>"
        + f"<table:table-row>{float_('8')}{float_('1', formula)}{float_('2')}"
        + "<table:covered-table-cell/></table:table-row>"
        + '<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    found, problems = entities(file, ODS)
    assert problems == []
    assert [(one["ID"], one["Latitude"], one["Longitude"], one["Note"]) for one in found] == [
        ("7", 1.5, 1.5, "a  b"),
        ("8", 1.0, 2.0, None),
    ]
    assert set(notes(file, ODS)) == {"cells-merged", "cells-formula"}


def test_a_doctype_in_an_ods_is_refused() -> None:
    file = ods("", before='<!DOCTYPE x [<!ENTITY e "lol">]>')
    assert fault(file, ODS).message == "The spreadsheet has a DOCTYPE, which is not read."


def test_a_spreadsheet_may_be_in_a_zip() -> None:
    inner = (DATA / "clinics.xlsx").read_bytes()
    found, _ = entities(zipped_as({"clinics.xlsx": inner}), XLSX)
    assert len(found) == 12


def test_a_spreadsheet_is_a_zip_with_its_limits() -> None:
    bomb = xlsx(("Shops", HEADER + " " * 30_000_000))
    problem = fault(bomb, XLSX)
    assert problem.rule == "zip-ratio"
