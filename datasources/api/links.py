"""Which addresses a key may be sent to.

A link of an answer is followed only to the account's own service address or, for an account with
Bing, to one of Bing's own hosts: answers of the reference name both `spatial.virtualearth.net` and
`dev.virtualearth.net`.
"""

from __future__ import annotations

from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from datasources.api.errors import BadAnswer, ServiceError
from datasources.phrases import Phrase

BING_DOMAIN = "virtualearth.net"
_PORTS = {"http": 80, "https": 443}


def checked_base(base_url: str) -> str:
    """The service's address without a trailing slash; raises ServiceError if it is none."""
    parts = _split(base_url)
    if parts is None or parts.username is not None or parts.query or parts.fragment:
        raise ServiceError(
            Phrase(
                "The service's address is not a web address. It has to look like https://spatial.virtualearth.net/REST/v1, without a query string."
            ),
            code="bad-address",
            sent=False,
        )
    return urlunsplit((parts.scheme.lower(), parts.netloc, parts.path.rstrip("/"), "", ""))


def followable(url: str, base_url: str) -> str:
    """`url` as it may be asked with a key, without its query string; else raises BadAnswer.

    A link that falls back from https to http on the same host is asked over https all the same.
    White space inside a link (the reference's examples have some) is dropped.
    """
    base = urlsplit(base_url)
    link = _split("".join(url.split()))
    if link is None or link.username is not None:
        raise _refused(Phrase("no web address"), base)
    path = urlunsplit(("", "", link.path, "", ""))
    if _place(link) == _place(base):
        return f"{base.scheme}://{base.netloc}{path}"
    if _host(link) == _host(base) and (_upgrades(base, link) or _upgrades(link, base)):
        return f"https://{(base if base.scheme == 'https' else link).netloc}{path}"
    if _is_bing(link) and _is_bing(base) and link.port in (None, 80, 443):
        return f"https://{_host(link)}{path}"
    raise _refused(_host(link), base)


def query_of(url: str) -> dict[str, str]:
    """The query string of a link, without keys."""
    pairs = parse_qsl(urlsplit("".join(url.split())).query, keep_blank_values=True)
    return {name: value for name, value in pairs if name.lower() not in ("key", "querykey")}


def without_key(url: str) -> str:
    """A link without white space and without the keys that a service may have put into it."""
    url = "".join(url.split())
    if "key" not in url.lower() or _split(url) is None:
        return url
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode(query_of(url)), fragment=""))


def is_loopback(base_url: str) -> bool:
    """Is the service on this machine, as the embedded one is?"""
    host = _host(urlsplit(base_url))
    return host in ("localhost", "::1") or host.startswith("127.")


def part(value: str) -> str:
    """`value` as one segment of a path."""
    return quote(value, safe="$")


def segments_after(url: str, word: str) -> list[str]:
    """The decoded path segments after the first one that is `word`, ignoring case."""
    segments = [unquote(one).strip() for one in urlsplit("".join(url.split())).path.split("/")]
    lowered = [one.lower() for one in segments]
    if word not in lowered:
        return []
    return [one for one in segments[lowered.index(word) + 1 :] if one]


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme.lower() in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if usable and "\\" not in url else None


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").lower().rstrip(".")


def _place(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, _host(parts), parts.port or _PORTS[parts.scheme]


def _upgrades(secure: SplitResult, plain: SplitResult) -> bool:
    """Are these the same host's usual https and http addresses?"""
    return (
        secure.scheme == "https"
        and plain.scheme == "http"
        and plain.port in (None, 80)
        and (plain.port is None or secure.port in (None, 443))
    )


def _is_bing(parts: SplitResult) -> bool:
    host = _host(parts)
    return host == BING_DOMAIN or host.endswith("." + BING_DOMAIN)


def _refused(where: str, base: SplitResult) -> BadAnswer:
    return BadAnswer(
        Phrase(
            "An answer of the service points to another place ({where}) than the account's service ({netloc}). The key is not sent there. If the service has moved, its address in the site's settings has to be changed.",
            where=where,
            netloc=base.netloc,
        ),
        code="foreign-link",
        sent=False,
    )
