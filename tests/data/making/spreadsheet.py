"""The spreadsheets of tests/data that LibreOffice wrote: `python3 spreadsheet.py FOLDER`.

Writes a flat sheet as a person in Germany would have typed it, and lets LibreOffice work it out and
save it as ODS, as XLSX, and as CSV the way it is shown, with decimal commas. Seen with LibreOffice
7.4.7.
"""

import subprocess
import sys
from pathlib import Path

ROWS = [
    # number, name, region (merged over rows), latitude, longitude, opened, checked, area, active
    (
        "0101",
        "Königsallee",
        ("Rheinland", 2),
        51.2217,
        6.7762,
        "2010-11-16",
        "2024-03-01T08:30:00",
        120.5,
        True,
    ),
    ("0102", "Am Dom", None, 50.9413, 6.9583, "1969-07-20", "2024-03-01T17:45:30", 80, False),
    ("0103", "Zürcher Straße", ("Bayern", 1), 48.1374, 11.5755, "1999-12-31", "", 1234.25, True),
    ("0104", "Ohne Größe", ("Berlin", 1), 52.52, 13.405, "", "", None, None),
]
HEAD = (
    "Nr",
    "Name",
    "Region",
    "Breite",
    "Länge",
    "Eröffnet",
    "Geprüft",
    "Fläche",
    "Miete",
    "Aktiv",
    "Kennzahl",
)
SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{where}:1.0"'
    for name, where in {
        "office": "office", "table": "table", "text": "text", "style": "style",
        "number": "datastyle",
    }.items()
) + ' xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2"'  # fmt: skip
STYLES = """<office:automatic-styles>
<number:number-style style:name="N1" number:language="de" number:country="DE"><number:number
 number:decimal-places="4" number:min-decimal-places="1" number:min-integer-digits="1"/></number:number-style>
<number:number-style style:name="N2" number:language="de" number:country="DE"><number:number
 number:decimal-places="2" number:min-decimal-places="2" number:min-integer-digits="1"
 number:grouping="true"/></number:number-style>
<number:date-style style:name="N3" number:language="de" number:country="DE"><number:day
 number:style="long"/><number:text>.</number:text><number:month number:style="long"/><number:text>.</number:text><number:year
 number:style="long"/></number:date-style>
<number:date-style style:name="N4" number:language="de" number:country="DE"><number:day
 number:style="long"/><number:text>.</number:text><number:month number:style="long"/><number:text>.</number:text><number:year
 number:style="long"/><number:text> </number:text><number:hours number:style="long"/><number:text>:</number:text><number:minutes
 number:style="long"/><number:text>:</number:text><number:seconds number:style="long"/></number:date-style>
<number:boolean-style style:name="N5"><number:boolean/></number:boolean-style>
<style:style style:name="flag" style:family="table-cell" style:data-style-name="N5"/>
<style:style style:name="place" style:family="table-cell" style:data-style-name="N1"/>
<style:style style:name="amount" style:family="table-cell" style:data-style-name="N2"/>
<style:style style:name="day" style:family="table-cell" style:data-style-name="N3"/>
<style:style style:name="moment" style:family="table-cell" style:data-style-name="N4"/>
<style:style style:name="hidden" style:family="table"><style:table-properties table:display="false"/></style:style>
</office:automatic-styles>"""


def text(value: str, spans: str = "") -> str:
    return f'<table:table-cell office:value-type="string"{spans}><text:p>{value}</text:p></table:table-cell>'


def number(value: float | None, style: str) -> str:
    if value is None:
        return "<table:table-cell/>"
    return f'<table:table-cell table:style-name="{style}" office:value-type="float" office:value="{value}"/>'


def date(value: str, style: str) -> str:
    if not value:
        return "<table:table-cell/>"
    return f'<table:table-cell table:style-name="{style}" office:value-type="date" office:date-value="{value}"/>'


def formula(words: str, style: str = "amount") -> str:
    return f'<table:table-cell table:style-name="{style}" table:formula="of:={words}"/>'


def region(given: tuple[str, int] | None) -> str:
    if given is None:
        return "<table:covered-table-cell/>"
    spans = f' table:number-columns-spanned="1" table:number-rows-spanned="{given[1]}"'
    return text(given[0], spans if given[1] > 1 else "")


def sheet() -> str:
    rows = ["".join(map(text, HEAD))]
    for at, (nr, name, where, lat, lon, opened, checked, area, active) in enumerate(ROWS, start=2):
        flag = "<table:table-cell/>"
        if active is not None:
            flag = (
                '<table:table-cell table:style-name="flag" office:value-type="boolean" '
                f'office:boolean-value="{str(active).lower()}"/>'
            )
        rent = formula(f"[.H{at}]*12.5") if area is not None else "<table:table-cell/>"
        rows.append(
            text(nr) + text(name) + region(where) + number(lat, "place") + number(lon, "place")
            + date(opened, "day") + date(checked, "moment") + number(area, "amount") + rent + flag
            + formula(f"1000/[.H{at}]")
        )  # fmt: skip
    return "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    flat = folder / "libreoffice_shops.fods"
    notes = "".join(
        f"<table:table-row>{text(one)}</table:table-row>" for one in ("Notiz", "Stand März")
    )
    flat.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {SPACES} office:version="1.3" '
        f'office:mimetype="application/vnd.oasis.opendocument.spreadsheet">{STYLES}'
        f'<office:body><office:spreadsheet><table:table table:name="Filialen">{sheet()}</table:table>'
        f'<table:table table:name="Notizen">{notes}</table:table>'
        f'<table:table table:name="Alt" table:style-name="hidden">{notes}</table:table>'
        "</office:spreadsheet></office:body></office:document>",
        encoding="utf-8",
    )
    # 59: semicolons, 34: quotation marks, 76: UTF-8, 1031: German, true: as it is shown.
    shown = "csv:Text - txt - csv (StarCalc):59,34,76,1,,1031,false,true,false,false,false,1"
    for kind in ("ods", "xlsx", shown):
        command = [
            "soffice",
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            str(folder),
            str(flat),
        ]
        subprocess.run(command, check=True, capture_output=True)
    flat.unlink()


main(Path(sys.argv[1]))
