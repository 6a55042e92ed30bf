"""A kept file read back, and written as the service would have given it."""

from __future__ import annotations

import io

from datasources import archive
from datasources.archive.keep import fingerprint
from datasources.formats import InputFormat, open_entities

VERSION = "Bing Spatial Data Services, 1.0, Shops\n"
HEADER = "ID(Edm.String,primaryKey)|Name(Edm.String)|Latitude(Edm.Double)|Longitude(Edm.Double)"


def kept(text: str) -> str:
    file = io.BytesIO(text.encode())
    return archive.keep("tests", file, *fingerprint(file)).path


def test_the_faults_of_a_file_do_not_pile_up_while_it_is_read() -> None:
    rows = "".join(f"{n}|Oslo|59.9|10.7\nragged|{n}\n" for n in range(50_000))
    with archive.open_version(kept(f"{VERSION}{HEADER}\n{rows}")) as reader:
        good = 0
        for batch in archive.good_entities(reader):
            good += len(batch)
            assert not reader.problems
    assert good == 50_000


def test_the_column_that_deletes_is_no_part_of_the_data() -> None:
    path = kept(f"{VERSION}__deleteEntity(Edm.Boolean)|{HEADER}\n|1|Oslo|59.9|10.7\n")
    written = io.BytesIO()
    assert archive.write_as_xml(path, written, "Shops") == 1
    assert b"__deleteEntity" not in written.getvalue()
    with open_entities(written, InputFormat.XML) as reader:
        (batch,) = [batch for batch in reader if len(batch)]
        assert [column[0] for column in batch.columns] == ["1", "Oslo", "59.9", "10.7"]
