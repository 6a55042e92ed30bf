"""A file that comes in pieces, so that a lost connection costs one piece and not the file.

The protocol is tus 1.0.0 (https://tus.io/protocols/resumable-upload) with creation, termination and
expiration. What has arrived is `PartialUpload`; once it is whole, `kept` gives the token that the
upload form takes in place of the file.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from dashboard.people import reading
from dashboard.people.access import AuthedRequest
from datasources import jobs
from datasources.forms.upload import kept_token
from datasources.jobs import partial
from datasources.models import Account, PartialUpload

VERSION = "1.0.0"
EXTENSIONS = "creation,termination,expiration"
PIECE = "application/offset+octet-stream"

View = Callable[..., HttpResponse]


class Refusal(Exception):  # noqa: N818  named as the protocol's reader meets it
    """An answer other than success: its status, and what is wrong in words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


def tus(view: View) -> View:
    """Speaks the protocol's version, and turns refusals into answers."""

    @wraps(view)
    def speaking(request: AuthedRequest, account: Account, **kwargs: UUID) -> HttpResponse:
        spoken = request.headers.get("Tus-Resumable", "")
        try:
            if request.method != "OPTIONS" and spoken != VERSION:
                raise Refusal(
                    412,
                    gettext("This site speaks tus {version}: say so in Tus-Resumable.").format(
                        version=VERSION
                    ),
                )
            answer = view(request, account, **kwargs)
        except Refusal as refusal:
            answer = HttpResponse(
                str(refusal), status=refusal.status, content_type="text/plain; charset=utf-8"
            )
            if refusal.status == 412:
                answer["Tus-Version"] = VERSION
        answer["Tus-Resumable"] = VERSION
        answer["Cache-Control"] = "no-store"
        return answer

    return speaking


@require_http_methods(["POST", "OPTIONS"])
@tus
def parts(request: AuthedRequest, account: Account) -> HttpResponse:
    """A new upload (POST), or what is spoken here (OPTIONS)."""
    if request.method == "OPTIONS":
        answer = HttpResponse(status=204)
        answer["Tus-Version"] = VERSION
        answer["Tus-Extension"] = EXTENSIONS
        answer["Tus-Max-Size"] = str(settings.UPLOAD_LIMIT_BYTES)
        return answer
    size = _number(request, "Upload-Length")
    name = _file_name(request)
    if size == 0:
        raise Refusal(
            400,
            gettext("“{name}” is empty. Choose a file that holds a schema and entities.").format(
                name=name
            ),
        )
    if size > settings.UPLOAD_LIMIT_BYTES:
        raise Refusal(
            413,
            gettext(
                "“{name}” has {size}; this site takes {limit}. Compress it with gzip, or split it and load the second part with “Change some entities”."
            ).format(
                name=name,
                size=reading.size(size),
                limit=reading.size(settings.UPLOAD_LIMIT_BYTES),
            ),
        )
    made = PartialUpload.objects.create(
        account=account, user=request.user, file_name=name, size=size
    )
    answer = HttpResponse(status=201)
    answer["Location"] = reverse("upload_part", args=[account.pk, made.pk])
    return _dated(answer, made)


@require_http_methods(["HEAD", "PATCH", "DELETE"])
@tus
def part(request: AuthedRequest, account: Account, partial_id: UUID) -> HttpResponse:
    """How far it is (HEAD), the next piece (PATCH), or no more of it (DELETE)."""
    found = _mine(request, account, partial_id)
    if request.method == "DELETE":
        partial.forget(found)
        return HttpResponse(status=204)
    if request.method == "PATCH":
        _take(request, found)
        answer = HttpResponse(status=204)
    else:
        answer = HttpResponse(status=200)
        answer["Upload-Length"] = str(found.size)
    answer["Upload-Offset"] = str(found.offset)
    return _dated(answer, found)


@require_http_methods(["POST"])
@tus
def kept(request: AuthedRequest, account: Account, partial_id: UUID) -> HttpResponse:
    """Joins the pieces of a file that is whole; gives the upload form's token for it."""
    found = _mine(request, account, partial_id)
    if found.offset < found.size:
        raise Refusal(
            409,
            gettext("{offset} of {size} bytes have arrived: send the rest.").format(
                offset=found.offset, size=found.size
            ),
        )
    try:
        stored = partial.join(found, jobs.keep_file)
    except FileNotFoundError:
        raise Refusal(410, gettext("The file is no longer kept here: send it again.")) from None
    token = kept_token(account.pk, request.user.pk, stored.pk, found.file_name)
    return JsonResponse({"kept": token, "sha256": stored.sha256, "size": stored.size})


def _mine(request: AuthedRequest, account: Account, partial_id: UUID) -> PartialUpload:
    """The person's own upload on this account; somebody else's is not there for them."""
    found = PartialUpload.objects.filter(pk=partial_id, account=account, user=request.user).first()
    if found is None:
        raise Refusal(404, gettext("There is no such upload: begin it anew."))
    if partial.is_stale(found):
        partial.forget(found)
        raise Refusal(410, gettext("This upload was left for more than a day: begin it anew."))
    return found


def _take(request: AuthedRequest, found: PartialUpload) -> None:
    if request.content_type != PIECE:
        raise Refusal(415, gettext("A piece of a file is sent as {piece}.").format(piece=PIECE))
    offset = _number(request, "Upload-Offset")
    if offset != found.offset:
        raise Refusal(
            409,
            gettext("The next piece begins at byte {expected}, not at {offset}.").format(
                expected=found.offset, offset=offset
            ),
        )
    if int(request.headers.get("Content-Length") or 0) > found.size - found.offset:
        raise Refusal(
            413,
            gettext("The piece goes beyond the file’s end at byte {size}.").format(size=found.size),
        )
    if not partial.add(found, request):
        raise Refusal(
            409, gettext("Another request has sent this piece meanwhile: ask how far it is.")
        )


def _number(request: AuthedRequest, name: str) -> int:
    word = request.headers.get(name, "")
    if not (word.isascii() and word.isdigit() and len(word) < 19):
        raise Refusal(
            400, gettext("{name} is missing, or is not a number of bytes.").format(name=name)
        )
    return int(word)


def _file_name(request: AuthedRequest) -> str:
    """`filename` of Upload-Metadata: pairs of a name and a value in Base64, comma between."""
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        name, _, value = pair.strip().partition(" ")
        if name == "filename":
            try:
                text = b64decode(value, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                raise Refusal(
                    400, gettext("The filename in Upload-Metadata is not Base64 of UTF-8.")
                ) from None
            return partial.tidy_name(text)
    return "file"


def _dated(answer: HttpResponse, found: PartialUpload) -> HttpResponse:
    answer["Upload-Expires"] = http_date(partial.stale_at(found).timestamp())
    return answer
