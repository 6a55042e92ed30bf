"""The same query string written otherwise: what must be answered as if nothing had changed."""

from __future__ import annotations

from collections.abc import Callable

#: Names whose values are words or flags: these may stand in any case.
_WORDS = (
    "output", "$format", "isstaging", "showallversions", "$inlinecount", "spatialfilter",
    "loadoperation", "input", "setpublic", "accessid", "jobid",
)  # fmt: skip
#: Parameters that may be given without a value, wherever they stand.
_MAY_BE_EMPTY = (
    "output", "jsonp", "isStaging", "$filter", "$select", "$orderby", "$top", "$skip",
)  # fmt: skip


def pairs(query: str) -> list[tuple[str, str]]:
    found = [part.partition("=") for part in query.split("&")]
    return [(name, value) for name, _, value in found]


def joined(parts: list[tuple[str, str]]) -> str:
    return "&".join(f"{name}={value}" for name, value in parts)


def from_last_to_first(query: str) -> str:
    return joined(pairs(query)[::-1])


def in_another_case(query: str) -> str:
    """Names, and words among the values."""
    return joined(
        [
            (name.swapcase(), value.swapcase() if name.casefold() in _WORDS else value)
            for name, value in pairs(query)
        ]
    )


def each_twice(query: str) -> str:
    """The second of each in upper case, and nonsense."""
    return f"{query}&{joined([(name.upper(), 'nonsense') for name, _ in pairs(query)])}"


def with_empty_ones(query: str) -> str:
    given = {name.casefold() for name, _ in pairs(query)}
    empty = [(name, "") for name in _MAY_BE_EMPTY if name.casefold() not in given]
    return f"{query}&{joined(empty)}"


def with_others(query: str) -> str:
    """As real clients write it: an ampersand first, and what no page has."""
    return f"&{query}&clientApi=x&&=&_=1290000000"


def path_in_another_case(path: str) -> str:
    """The words after /REST/v1 in upper case, but an entity ID as it is."""
    head, words, rest = path.partition("/REST/v1") if "/REST/v1" in path else ("", "", path)
    name, quote, entity_id = rest.partition("('")
    return head + words + name.upper() + quote + entity_id


Variant = Callable[[str], str]
EVERY: tuple[Variant, ...] = (
    from_last_to_first, in_another_case, each_twice, with_empty_ones, with_others,
)  # fmt: skip
