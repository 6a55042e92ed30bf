"""Log lines: for people and for programs, with the request they are of, and never a key."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from sds_server.accounts import KEY_LENGTH
from sds_server.observing.context import Observed, during, request_id
from sds_server.observing.logs import JsonLines, Lines, without_keys

KEY = "Qx7" + "mK2vB9tR" * 7 + "aZ3pL"  # of the length and the letters of our keys


assert len(KEY) == KEY_LENGTH


def record(message: str, *args: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("cairn.sds", logging.WARNING, __file__, 1, message, args, None)
    made.__dict__.update(extra)
    return made


def test_a_line_names_the_request_it_is_of() -> None:
    with during(Observed("abc-12345", "queryEntities", "Stores")):
        line = Lines().format(record("Slow: %s s", 3))
    assert line.endswith("WARNING cairn.sds [abc-12345] Slow: 3 s")
    assert line.split()[0].endswith("Z")
    assert Lines().format(record("Idle")).endswith("WARNING cairn.sds Idle")


def test_a_json_line_has_fields_that_programs_read() -> None:
    with during(Observed("abc-12345", "queryEntities", "Stores")):
        line = JsonLines().format(record("Done\nwell", status=200, milliseconds=1.5, secret="x"))
    assert "\n" not in line
    told = json.loads(line)
    assert told.pop("time").endswith("Z")
    assert told == {
        "level": "WARNING", "logger": "cairn.sds", "message": "Done\nwell",
        "request_id": "abc-12345", "operation": "queryEntities", "account": "Stores",
        "status": 200, "milliseconds": 1.5,
    }  # fmt: skip


@pytest.mark.parametrize("formatter", [Lines(), JsonLines()])
def test_no_key_gets_out_even_if_somebody_logs_one(formatter: logging.Formatter) -> None:
    try:
        raise ValueError(f"GET /REST/v1/data?key={KEY}&queryKey=short&x=1")
    except ValueError:
        made = record("Failed with %s", KEY)
        made.exc_info = sys.exc_info()
    line = formatter.format(made)
    assert KEY not in line
    assert "short" not in line
    assert "x=1" in line
    assert "ValueError" in line


@pytest.mark.parametrize(
    "harmless",
    [
        "DataSourceComplete 4f0c53e04d9c4b46b5f3a0a4a4a7d1de of FourthCoffeeSample: try 1",
        "/srv/cairn/data/sds/versions/0123456789abcdef0123456789abcdef.gpkg",
        "monkey=banana",
    ],
)
def test_what_is_no_key_stays(harmless: str) -> None:
    assert without_keys(harmless) == harmless


@pytest.mark.parametrize("given", ["f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "trace.1:2_3-abc"])
def test_a_callers_own_id_is_taken(given: str) -> None:
    assert request_id(given) == given


@pytest.mark.parametrize(
    "given", ["", "short", "a b c d e f g", "x" * 49, "abc\r\nSet-Cookie: a=b", "<script>x</script>", KEY]
)  # fmt: skip
def test_an_id_that_may_not_stand_in_a_log_is_not(given: str) -> None:
    made = request_id(given)
    assert made != given
    assert len(made) == 32
