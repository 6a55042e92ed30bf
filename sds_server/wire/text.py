"""The small forms every answer shares: documents, dates, numbers, parts of a URL, the brand."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from django.conf import settings
from django.utils.http import http_date
from lxml import etree

JSON_TYPE = "application/json; charset=utf-8"
XML_TYPE = "application/xml; charset=utf-8"
_XML_HEAD = b'<?xml version="1.0" encoding="utf-8"?>\n'

#: Characters a data source name may have that a path segment may carry as they are.
_SEGMENT_SAFE = "~!$=_"
#: An entity ID that stands in a URL as it is: most do, and `quote` takes its time to say so.
_PLAIN = re.compile(r"[\w.~-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Brand:
    """What each answer says of its owner: settings SDS_COPYRIGHT and SDS_BRAND_LOGO_URI."""

    copyright: str
    logo_uri: str


def brand() -> Brand:
    return Brand(settings.SDS_COPYRIGHT, settings.SDS_BRAND_LOGO_URI)


def to_json(value: object) -> str:
    """JSON text in ASCII, `/` written as `\\/`, as the service itself writes it.

    Escapes keep the text whole in a page of any encoding that takes it as a script (JSONP), and
    `/Date(…)/` values are known by theirs. A solidus stands in strings alone, so replacing it in
    the text is safe.
    """
    return json.dumps(value, separators=(",", ":"), allow_nan=False).replace("/", "\\/")


def xml_document(root: etree._Element) -> bytes:
    """An XML document as the reference begins its own: lxml's head has single quotes, which scripts
    that read it without a parser do not look for."""
    return _XML_HEAD + etree.tostring(root, encoding="utf-8")


def number_text(value: float) -> str:
    """A double as the service writes it: no `.0`, exponents as `1E+16`, every digit kept."""
    text = repr(value)
    if "e" not in text:
        return text.removesuffix(".0")
    digits, exponent = text.split("e")
    return f"{digits}E{int(exponent):+03}"


def position_text(degrees: float) -> str:
    """A latitude or longitude with six decimals, or as many more as it has: `40.787240`."""
    text = f"{degrees:.6f}"
    if float(text) == degrees:
        return text
    text = repr(degrees)
    if "e" in text:
        text = f"{degrees:.20f}".rstrip("0")
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.ljust(6, '0')}"


def rfc_date(moment: datetime) -> str:
    """`Fri, 12 Nov 2010 20:03:56 GMT`, the form of JSON answers."""
    return http_date(moment.timestamp())


def xml_date(moment: datetime) -> str:
    """`2010-11-12T20:03:56.3157880+00:00`, seven decimals, the form of job XML."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0+00:00")


def atom_date(moment: datetime) -> str:
    """`2013-02-25T19:44:10Z`, the form of service documents and feeds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def segment(text: str) -> str:
    """A part of a path, percent-encoded where it must be."""
    return quote(text, safe=_SEGMENT_SAFE)


def entity_key(entity_id: str) -> str:
    """`('-22067')`, what follows the entity type; a quote inside the ID is doubled."""
    if _PLAIN.fullmatch(entity_id):
        return f"('{entity_id}')"
    return f"('{quote(entity_id.replace(chr(39), chr(39) * 2), safe='')}')"
