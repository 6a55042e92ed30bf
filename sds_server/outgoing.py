"""The server's one door out: what `dataLocation` names, and geocoders and routers of the admin's.

A caller of a load chooses the URL, so the admin chooses the hosts (`SDS_DATA_HOSTS`; none by default), each
redirect is held against them again, and an address that is not public is used only where its host
is listed by its full name. The connection goes to the very address that was looked at. A location
may hold a signature in its query string: what is said and kept of it is `shown`.

Source: "Create a Load Data Source Job and Input Entity Data" (dataLocation).
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import logging
import socket
import ssl
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, BinaryIO
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import requests
import urllib3
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

from sds_server.files import CHUNK

log = logging.getLogger("cairn.sds.outgoing")

MAX_JSON = 32 * 1024 * 1024  # bytes of a geocoder's or router's answer, unpacked
MAX_LENGTH = 2048  # characters of a location
MAX_REDIRECTS = 3
MAX_SECONDS = 3600.0  # for one file; each wait has `SDS_DATA_SECONDS`
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_UNTOUCHED = "/%:=&?~+!$,;'@()*[]"  # what is escaped already stays as it is


class OutgoingFault(Exception):  # noqa: N818  # "fault" is the word of this product
    """What is wrong with a location, or why nothing could be fetched: words without a query."""


def check_location(url: str) -> None:
    """Refuses a location that may not be fetched; nothing is asked of the network."""
    _allowed(_parsed(url))


def shown(url: str) -> str:
    """Scheme, host and path: what people and logs may see of a location."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{_place(parts)}{parts.path}"
    except ValueError:
        return "(not a URL)"


def fetch(url: str, to: BinaryIO, *, limit: int | None, going_on: Callable[[], None]) -> int:
    """Write the file at `url` to `to`; gives its bytes.

    limit: in bytes. going_on: called between two pieces; what it raises ends the fetch. Raises
    OutgoingFault; nothing is tried twice.
    """
    deadline = time.monotonic() + MAX_SECONDS
    for _ in range(MAX_REDIRECTS + 1):
        going_on()
        parts = _parsed(url)
        _allowed(parts)
        connection = _connection(parts)
        try:
            response = _asked(connection, parts)
            if response.status not in _REDIRECTS:
                return _take(response, to, parts, limit, deadline, going_on)
            url = urljoin(url, response.getheader("Location") or "")
        finally:
            connection.close()
    raise OutgoingFault(f"The location redirects more than {MAX_REDIRECTS} times.")


# --- what may be asked ---


def _parsed(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise OutgoingFault("The location is not a URL; write https://host/path.") from None
    if len(url) > MAX_LENGTH:
        raise OutgoingFault(
            f"The location has {len(url)} characters; it may have {MAX_LENGTH} at most."
        )
    if parts.scheme not in _PORTS or not parts.hostname or port == 0:
        raise OutgoingFault("The location is none this service fetches; write https://host/path.")
    if parts.username is not None or parts.password is not None:
        raise OutgoingFault(
            "The location holds a user name or a password; share the file by a signature in the"
            " query string instead."
        )
    return parts


def _allowed(parts: SplitResult) -> None:
    if not any(_fits(parts, entry) for entry in settings.SDS_DATA_HOSTS):
        raise OutgoingFault(
            f"This service does not fetch data from {_place(parts)}. An admin allows a host by"
            " adding it to the setting SDS_DATA_HOSTS; otherwise send the data in the body of the"
            " request."
        )


def _fits(parts: SplitResult, entry: str) -> bool:
    """Whether an entry names the host: `host`, `host:port`, or `*.domain` for all below a domain."""
    entry = entry.strip().casefold()
    host = (parts.hostname or "").rstrip(".")
    if entry.startswith("*."):
        return host.endswith(entry[1:]) and len(host) >= len(entry)
    return entry in (host, f"{host}:{_port(parts)}")


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS[parts.scheme]


def _place(parts: SplitResult) -> str:
    return (parts.hostname or "") + (f":{parts.port}" if parts.port else "")


# --- asking ---


def _connection(parts: SplitResult) -> http.client.HTTPConnection:
    """Connected to an address of the host that may be used."""
    host, port = parts.hostname or "", _port(parts)
    wait = settings.SDS_DATA_SECONDS
    connection = http.client.HTTPConnection(host, port, timeout=wait)
    fault: OSError | None = None
    for address in _addresses(parts):
        try:
            plain = socket.create_connection((address, port), timeout=wait)
            connection.sock = _secured(plain, host) if parts.scheme == "https" else plain
        except OSError as error:
            fault = error
        else:
            return connection
    raise OutgoingFault(
        f"{_place(parts)} could not be reached ({_said(fault)}). Check that this service can reach"
        " it."
    )


def _secured(plain: socket.socket, host: str) -> socket.socket:
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def _addresses(parts: SplitResult) -> list[str]:
    host = parts.hostname or ""
    try:
        found = socket.getaddrinfo(host, _port(parts), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise OutgoingFault(
            f"There is no host {host}, or its address could not be found. Check the location."
        ) from None
    addresses = [str(entry[4][0]) for entry in found]
    by_name = any(_fits(parts, entry) for entry in settings.SDS_DATA_HOSTS if "*" not in entry)
    usable = [one for one in addresses if by_name or _is_public(one)]
    if not usable:
        raise OutgoingFault(
            f"{host} is at an address of a private network. An admin allows that by its full name"
            " in the setting SDS_DATA_HOSTS."
        )
    return usable


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    return found.is_global and not found.is_multicast


def _asked(connection: http.client.HTTPConnection, parts: SplitResult) -> http.client.HTTPResponse:
    target = quote(parts.path or "/", safe=_UNTOUCHED)
    if parts.query:
        target += "?" + quote(parts.query, safe=_UNTOUCHED)
    headers = {"User-Agent": "Cairn", "Accept-Encoding": "identity", "Connection": "close"}
    try:
        connection.request("GET", target, headers=headers)
        return connection.getresponse()
    except (OSError, http.client.HTTPException, ValueError) as error:
        said = _said(error)
    raise OutgoingFault(f"{_place(parts)} gave no answer ({said}).")


def _take(
    response: http.client.HTTPResponse,
    file: BinaryIO,
    parts: SplitResult,
    limit: int | None,
    deadline: float,
    going_on: Callable[[], None],
) -> int:
    where = shown(parts.geturl())
    if response.status != 200:
        raise OutgoingFault(
            f"{where} was answered with HTTP status {response.status}. Check that the file is"
            " there, and that its signature has not expired."
        )
    announced = response.length  # None where the length is not said
    if limit is not None and announced is not None and announced > limit:
        raise _too_large(where, limit)
    size = 0
    while chunk := _read(response, where):
        size += len(chunk)
        if limit is not None and size > limit:
            raise _too_large(where, limit)
        if time.monotonic() > deadline:
            raise OutgoingFault(f"{where} comes in too slowly: the fetch was given up.")
        file.write(chunk)
        going_on()
    if announced is not None and size < announced:
        raise OutgoingFault(
            f"{where} broke off: {size:,} of {announced:,} bytes came. Load it again."
        )
    if size == 0:
        raise OutgoingFault(f"{where} is empty: there is nothing to load.")
    return size


def _read(response: http.client.HTTPResponse, where: str) -> bytes:
    try:
        return response.read1(CHUNK)
    except (OSError, http.client.HTTPException) as error:
        said = _said(error)
    raise OutgoingFault(f"{where} broke off ({said}). Load it again.")


def _too_large(where: str, limit: int) -> OutgoingFault:
    return OutgoingFault(
        f"{where} is larger than the {limit // 1024**2:,} MB that a load may have. Divide the data,"
        " or load a part and add the rest by incremental loads."
    )


def _said(error: BaseException | None) -> str:
    """A failure of the network in words; never the text of an exception, which may hold the URL."""
    if isinstance(error, TimeoutError):
        return f"no answer within {settings.SDS_DATA_SECONDS:g} s"
    if isinstance(error, ssl.SSLError):
        return "its certificate is not valid, or it speaks no TLS"
    if isinstance(error, ConnectionRefusedError):
        return "the connection was refused"
    if isinstance(error, OSError):
        return "the connection broke"
    return "it does not speak HTTP as it should"


# --- keeping a location until it was fetched ---


def seal(url: str) -> str:
    """A location as it may lie in the database."""
    return _fernet().encrypt(url.encode()).decode()


def unseal(token: str) -> str:
    return _fernet().decrypt(token.encode()).decode()


def _fernet() -> MultiFernet:
    secrets = settings.ACCOUNT_KEY_SECRETS
    return MultiFernet(
        [Fernet(urlsafe_b64encode(sha256(f"sds:{one}".encode()).digest())) for one in secrets]
    )


# --- geocoders and routers ---


@dataclass(frozen=True, slots=True)
class JsonAnswer:
    """The HTTP status and the JSON of an answer."""

    status: int
    body: Any


def fetch_json(
    url: str,
    *,
    params: Mapping[str, str] | None = None,
    post: Any = None,
    agent: str,
    seconds: float,
) -> JsonAnswer:
    """The JSON that a service answers to GET, or to POST where `post` is a JSON value.

    `agent` is the User-Agent; the whole exchange takes `seconds` at most, and redirects are not
    followed. Any status is given back if its body is JSON. Raises OutgoingFault.
    """
    until, failure = time.monotonic() + seconds, ""
    try:
        return _fetch_json(url, params, post, agent, until)
    except _Unfit as unfit:
        failure = str(unfit)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        late = isinstance(error, requests.Timeout) or time.monotonic() >= until
        failure = "did not answer in time" if late else "could not be reached"
    except (ValueError, RecursionError):
        failure = "gave an answer that is no JSON"
    # Raised outside: the exceptions above hold the URL, and with it a key.
    log.warning("The service at %s %s.", urlsplit(url).hostname, failure)
    raise OutgoingFault(failure)


class _Unfit(Exception):  # noqa: N818
    """An answer that is too slow, too long or of the wrong kind."""


def _fetch_json(
    url: str, params: Mapping[str, str] | None, post: Any, agent: str, until: float
) -> JsonAnswer:
    host = urlsplit(url).hostname or ""
    left = max(until - time.monotonic(), 0.05)
    with requests.Session() as session:
        session.trust_env = not (host in ("localhost", "::1") or host.startswith("127."))
        session.auth = _no_sign_in
        with session.request(
            "GET" if post is None else "POST",
            url,
            params=dict(params or {}),
            json=post,
            headers={
                "User-Agent": agent,
                "Accept": "application/json",
                "Accept-Encoding": "identity",
            },
            timeout=(min(left, 5.0), left),
            stream=True,
            allow_redirects=False,
        ) as response:
            body = bytearray()
            # What has come so far, not a full piece: else a slow drip is never late.
            while chunk := response.raw.read1(CHUNK):
                body += chunk
                if len(body) > MAX_JSON:
                    raise _Unfit("gave an answer that is too long")
                if time.monotonic() > until:
                    raise _Unfit("did not answer in time")
            if 300 <= response.status_code < 400:
                raise _Unfit("pointed elsewhere (a redirect)")
            try:
                return JsonAnswer(response.status_code, json.loads(body))
            except (ValueError, RecursionError):
                if response.status_code >= 400:
                    raise _Unfit(f"answered {response.status_code}") from None
                raise


def _no_sign_in(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Else requests looks into `.netrc`."""
    return request
