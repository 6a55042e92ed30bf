"""What every answer says beside its body: who may read it, for how long it holds, how it is packed.

Source: "Query API" and "Data Source Management" answer any caller that has a key, pages of other
hosts among them; no cookie counts here, so that any origin may be let in.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import patch_vary_headers

_SMALLEST = 200  # bytes; below, gzip's own frame is more than it saves
_LEVEL, _LEVEL_OF_FILES = 6, 1  # a download of 300 MB must not keep a core busy for long
_GZIP_FRAME = 31  # zlib's word for a deflate stream with gzip's head and tail
_TOKENS = re.compile(r"[\w\-]+(\s*,\s*[\w\-]+){0,40}", re.ASCII)
_PREFLIGHT_SECONDS = 86_400


def finish(response: HttpResponseBase, http: HttpRequest) -> HttpResponseBase:
    """The answer with the headers that all have, gzip'd if the caller asked for it; to HEAD no body.

    A body would be taken for the answer to the next request on the same connection.
    """
    response.headers["Cache-Control"] = "no-store"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = (
        "Location, Allow, Retry-After, X-Place, X-Request-ID"
    )
    patch_vary_headers(response, ("Accept-Encoding",))
    if accepts_gzip(http.META.get("HTTP_ACCEPT_ENCODING", "")):
        _pack(response)
    if http.method == "HEAD":
        _empty(response)
    return response


def _empty(response: HttpResponseBase) -> None:
    if isinstance(response, StreamingHttpResponse):
        response.streaming_content = ()
    elif isinstance(response, HttpResponse):
        response.headers["Content-Length"] = str(len(response.content))
        response.content = b""


def preflight(methods: tuple[str, ...], asked_headers: str) -> HttpResponse:
    """204: the methods of a resource, for anyone who asks and for a browser before it sends.

    `asked_headers` are those the page wants to send (`Access-Control-Request-Headers`).
    """
    words = ", ".join(methods)
    response = HttpResponse(status=204, headers={"Allow": words})
    del response.headers["Content-Type"]
    response.headers["Access-Control-Allow-Methods"] = words
    fit = _TOKENS.fullmatch(asked_headers.strip())
    response.headers["Access-Control-Allow-Headers"] = fit[0] if fit else "Content-Type"
    response.headers["Access-Control-Max-Age"] = str(_PREFLIGHT_SECONDS)
    return response


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether an `Accept-Encoding` header names gzip; `gzip;q=0` refuses it."""
    for part in accept_encoding.split(","):
        name, *parameters = (word.strip().casefold() for word in part.split(";"))
        if name in ("gzip", "x-gzip"):
            return not any(re.fullmatch(r"q\s*=\s*0(\.0*)?", word) for word in parameters)
    return False


def _pack(response: HttpResponseBase) -> None:
    if isinstance(response, StreamingHttpResponse):
        response.streaming_content = _packed(cast(Iterator[bytes], response.streaming_content))
        response.headers.pop("Content-Length", None)
    elif isinstance(response, HttpResponse):
        if len(response.content) < _SMALLEST:
            return
        response.content = b"".join(_packed([response.content], _LEVEL))
        if response.has_header("Content-Length"):
            response.headers["Content-Length"] = str(len(response.content))
    response.headers["Content-Encoding"] = "gzip"


def _packed(chunks: Iterable[bytes], level: int = _LEVEL_OF_FILES) -> Iterator[bytes]:
    packer = zlib.compressobj(level, zlib.DEFLATED, _GZIP_FRAME)
    for chunk in chunks:
        if data := packer.compress(chunk):
            yield data
    yield packer.flush()
