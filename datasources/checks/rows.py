"""A file's good rows, its bad rows and all its problems, each read from it anew, as a stream.

Every row that was read is in one of the two files. A row that could not be taken apart into values
stands among the bad ones as it is in the file: of the API's own text as a line, of other formats as
one value. Of some faults the value itself fits no column (`UNHELD`): the row has its other values,
and the list of problems has this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from datasources.checks.check import Check, Step
from datasources.checks.mending import TEXTS, Order
from datasources.formats import FileFault, ImportFormat, InputFormat
from datasources.formats.text_writer import raw_lines, text_head, text_lines
from datasources.schema import Batch, Problem, Schema

#: The head of the list of problems.
HEAD = ("Row", "Line", "Column", "Value", "Rule", "What is wrong", "What to do", "Severity")
_CUT = 2000  # characters of a value
#: Rules of faults whose value no column of the file of bad rows can hold.
UNHELD = frozenset(
    {
        "crs-range",
        "geography-finite",
        "geography-shape",
        "geography-type",
        "kml-geometry",
        "xml-repeated-property",
        "xml-unknown-entity",
        "xml-unknown-property",
    }
)


def text_format(order: Order) -> InputFormat:
    """The format of both files: the file's own if it is text, else pipe-separated text."""
    is_text = not isinstance(order.format, ImportFormat) and order.format in TEXTS
    return InputFormat(order.format) if is_text else InputFormat.PIPE


def good_rows(order: Order) -> Iterator[bytes]:
    """The entities that can be loaded, as they would be sent."""
    format = text_format(order)

    def lines(check: Check, step: Step) -> bytes:
        if step.checked is None:
            return b""
        batch = step.checked.batch
        if step.repeated:
            batch = _without(batch, step.repeated)
        return text_lines(format, check.sent_schema, batch)

    return _written(order, lambda check: check.sent_schema, lines)


def bad_rows(order: Order) -> Iterator[bytes]:
    """The other rows, with their values as they are, to be mended and brought again."""
    format = text_format(order)

    def lines(check: Check, step: Step) -> bytes:
        whole = b"".join(_as_it_is(problem) for problem in step.problems if problem.is_row)
        if step.raw is None:
            return whole
        bad = step.repeated
        if step.checked is not None:
            bad |= set(step.raw.rows) - set(step.checked.batch.rows)
        else:  # past the plan's limit
            bad |= set(step.raw.rows)
        places = [place for place, row in enumerate(step.raw.rows) if row in bad]
        columns = [[column[place] for place in places] for column in step.raw.columns]
        return raw_lines(format, columns) + whole  # type: ignore[arg-type]  # raw text

    def _as_it_is(problem: Problem) -> bytes:
        if order.format in TEXTS:
            return f"{problem.value}\n".encode("utf-8", "replace")
        # One value: it cannot be taken for a row of as many.
        return raw_lines(format, [[problem.value]])

    return _written(order, lambda check: check.schema, lines)


def all_problems(order: Order, check: Check | None = None) -> Iterator[Problem]:
    """Every problem, in the order in which they are found; as many as the file has."""
    try:
        for step in (check or Check(order)).steps():
            yield from step.problems
    except FileFault as fault:
        yield fault.problem


def problem_cells(problem: Problem) -> tuple[object, ...]:
    """A line of the list, under `HEAD`."""
    return (
        problem.row,
        problem.line,
        problem.column,
        problem.value[:_CUT],
        problem.rule,
        problem.message,
        problem.advice,
        "warning" if problem.warning else "error",
    )


def _written(
    order: Order,
    schema_of: Callable[[Check], Schema],
    lines: Callable[[Check, Step], bytes],
) -> Iterator[bytes]:
    check = Check(order)
    is_begun = False
    try:
        for step in check.steps():
            if not check.schema.properties:
                continue
            if not is_begun:
                is_begun = True
                yield text_head(text_format(order), schema_of(check))
            yield lines(check, step)
    except FileFault:
        return  # the report tells of it


def _without(batch: Batch, rows: frozenset[int]) -> Batch:
    """A checked batch without some rows."""
    kept = [place for place, row in enumerate(batch.rows) if row not in rows]
    return Batch(
        [[column[place] for place in kept] for column in batch.columns],
        [batch.rows[place] for place in kept],
        [batch.lines[place] for place in kept],
        frozenset(new for new, old in enumerate(kept) if old in batch.deleted),
    )
