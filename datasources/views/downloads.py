"""Handing files over: safe names, nothing whole in memory."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone

from dashboard.spreadsheet import CSV_TYPE, csv_lines
from datasources import archive
from datasources.models import StoredFile

PIECE = 64 * 1024  # bytes handed over at once
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*%;\'&`$~!^{}=]+')


def safe_name(text: str, ending: str = "") -> str:
    """A name for a downloaded file that every file system takes; never empty, at most 120 characters."""
    tidy = _UNSAFE.sub("_", unicodedata.normalize("NFC", text)).strip(" ._")
    return f"{tidy[:120] or 'download'}{ending}"


def csv_download(
    name: str, head: Sequence[str], rows: Iterable[Sequence[object]]
) -> StreamingHttpResponse:
    """Rows as a CSV file for spreadsheets, named `name` and today's date."""
    response = StreamingHttpResponse(csv_lines(head, rows), content_type=CSV_TYPE)
    return as_attachment(response, safe_name(f"{name} {timezone.now():%Y-%m-%d}", ".csv"))


def as_attachment(response: StreamingHttpResponse, name: str) -> StreamingHttpResponse:
    """Marks a response as a file to save, never to be shown or sniffed as a page of this site."""
    from django.utils.http import content_disposition_header

    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def is_kept(file: StoredFile | None) -> bool:
    """Whether the bytes are still there: retention removes them, the record of them stays."""
    return file is not None and bool(file.path) and archive.is_held(file.path, file.size)


def stored_download(
    file: StoredFile, name: str, content_type: str = "application/octet-stream"
) -> FileResponse:
    """The bytes of a kept file as they are; damaged ones never come whole."""
    stream = archive.open_file(file.path)
    response = FileResponse(stream, as_attachment=True, filename=name, content_type=content_type)
    # Read by the thread of this request: a bucket may take its time, and waitress reads files in
    # the one thread that serves all connections.
    response.file_to_stream = None
    response.block_size = PIECE
    response["X-Content-Type-Options"] = "nosniff"
    return response
