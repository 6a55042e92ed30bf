"""The pattern of a plain Placemark: a single point, and beside it texts alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from datasources.formats.skim import MAX_FIELDS, SPACE, TEXT

OWN = ("name", "address", "phoneNumber", "description")
_PASSED_OVER = ("styleUrl", "visibility", "open")
_NUMBER = r"([-+0-9.eE]++)"
#: What an attribute may hold so that it stands there as it is meant.
_PLAIN_NAME = re.compile(r"[^<&\"\t\r\n]*")


def placemarks(
    fields: Sequence[str], *, simple: bool
) -> tuple[re.Pattern[str], tuple[str, ...]] | None:
    """A pattern of Placemarks whose fields come in that order, as SimpleData or else as Data, and
    what its groups are: the place of the Placemark, id, own:ELEMENT, field:NAME, the two numbers.

    None where there are too many fields or their names are not plain.
    """
    if len(fields) > MAX_FIELDS or not all(map(_PLAIN_NAME.fullmatch, fields)):
        return None
    passed = "|".join(f"<{tag}>[^<&]*+</{tag}>{SPACE}" for tag in _PASSED_OVER)
    skipped = f"(?:{passed})*+"
    own = [f"(?:<{tag}>{TEXT}</{tag}>{SPACE})?+{skipped}" for tag in OWN]
    if simple:
        data = "".join(
            f'(?:<SimpleData name="{re.escape(name)}"(?:>{TEXT}</SimpleData>|/>){SPACE})?+'
            for name in fields
        )
        data = f'(?:<SchemaData(?: schemaUrl="[^"<&]*+")?+>{SPACE}{data}</SchemaData>{SPACE})?+'
    else:
        data = "".join(
            f'(?:<Data name="{re.escape(name)}">{SPACE}<value>{TEXT}</value>{SPACE}</Data>{SPACE})?+'
            for name in fields
        )
    extended = f"(?:<ExtendedData>{SPACE}{data}</ExtendedData>{SPACE})?+"
    # A height other than 0 is left to the parser, which counts them.
    point = f"{_NUMBER},{_NUMBER}(?:,0(?:\\.0*+)?+)?+"
    point = f"<Point>{SPACE}<coordinates>{SPACE}{point}{SPACE}</coordinates>{SPACE}</Point>{SPACE}"
    pattern = re.compile(
        f'{SPACE}()<Placemark(?: id="([^"<&]*+)")?+>{SPACE}{"".join(own)}{extended}{point}</Placemark>'
    )
    names = (*(f"own:{tag}" for tag in OWN), *(f"field:{name}" for name in fields))
    return pattern, ("", "id", *names, "longitude", "latitude")
