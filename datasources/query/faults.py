"""What a query is refused with."""

from __future__ import annotations

from datasources.phrases import Phrase
from datasources.schema import Schema


class QueryFault(Exception):  # noqa: N818  # "fault" is the word of this product
    """A parameter of a query that can't be answered; `message` says what was expected.

    `parameter` is its name as the reference spells it, `status` the HTTP status.
    """

    def __init__(self, parameter: str, message: str, status: int = 400) -> None:
        super().__init__(f"{parameter}: {message}")
        self.parameter = parameter
        self.message = message
        self.status = status

    @property
    def words(self) -> Phrase:
        """The parameter and what was expected, for people."""
        return Phrase("{parameter}: {message}", parameter=self.parameter, message=self.message)


class NotLocated(Exception):  # noqa: N818  # said of an address
    """A version was asked for an address or a route that nobody looked up; our own mistake."""


def shown(text: str, length: int = 60) -> str:
    """A caller's own words, cut to a length fit for a message and without control characters."""
    clean = "".join(char if char.isprintable() else "�" for char in text[: length + 1])
    return f"'{clean[:length]}…'" if len(text) > length else f"'{clean}'"


def no_property(parameter: str, name: str, schema: Schema) -> QueryFault:
    """A name that is no property of the entity type, with those that are."""
    names = schema.names
    return QueryFault(
        parameter,
        Phrase(
            "The entity type {type} has no property {name}. It has: {names}.",
            type=schema.entity_type,
            name=shown(name),
            names=", ".join((*names[:20], "…") if len(names) > 20 else names),
        ),
    )
