"""A fault of a file as a whole."""

from __future__ import annotations

from datasources.schema import Problem


class FileFault(Exception):  # noqa: N818  # "fault" is the word of this product
    """A fault of the file as a whole; nothing of the file can be used."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def file_fault(
    rule: str,
    message: str,
    advice: str = "",
    *,
    row: int | None = None,
    line: int | None = None,
    column: str = "",
    value: str = "",
) -> FileFault:
    return FileFault(
        Problem(
            rule,
            message,
            advice,
            row=row,
            line=line,
            column=column,
            value=value[:80],
            fatal=True,
        )
    )
