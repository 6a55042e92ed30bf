"""The Query API: entities of one data source, by ID or by what the URL's options say.

Source: "Query by ID", "Query by Area", "Query by Property", "Query Near a Route", "Query Options",
"Query Response Description". Where addresses were looked up, the header `X-Place` says what was
found, percent-encoded UTF-8, start and end of a route parted by a comma. Who may query: the master
key and the query key; without a query key any key of the account; any valid key if the data source
is public. A staged version is never public.
"""

from __future__ import annotations

import re
import time
from urllib.parse import quote

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone

from datasources.query import Query, QueryFault, parse_query, parse_staging
from sds_server.endpoints.dispatch import json_response
from sds_server.endpoints.request import ApiRequest
from sds_server.faults import Fault, bad_parameter, not_authorized, not_found
from sds_server.lookup import AskedSource, AskedVersion, version_of
from sds_server.models import Version
from sds_server.observing.metrics import count_late_query, count_query
from sds_server.places.locate import located, needs_lookup
from sds_server.places.services import services
from sds_server.store import store
from sds_server.store.interface import OutOfTime, Page, UnknownVersion
from sds_server.wire.entities import ATOM_TYPE, Found, entry_xml, feed_xml, found_json
from sds_server.wire.text import brand

_QUOTED = re.compile(r"\s*'((?:[^']|'')*)'\s*", re.DOTALL)


def query(
    request: ApiRequest, access_id: str, name: str, entity_type: str, entity_id: str | None = None
) -> HttpResponseBase:
    """An Atom feed, or an entry for a single entity; JSON on `$format=json`."""
    request.check_format()
    try:
        source, version = _version(request, access_id, name)
        if version.entity_type.casefold() != entity_type.casefold():
            raise not_found(
                f'"{source.name}" has no entity type "{entity_type}"; its entity type is'
                f' "{version.entity_type}".'
            )
        asked = parse_query(request.params, version.schema, _unquoted(entity_id))
        places: tuple[str, ...] = ()
        if needs_lookup(asked):
            asked, places = located(asked, services())
        found = _find(request, source, version, asked)
    except QueryFault as fault:
        raise Fault(fault.status, f"{fault.parameter}: {fault.message}") from None
    response = _answer(request, found, single=entity_id is not None)
    if places:
        response.headers["X-Place"] = ",".join(quote(words, safe=" ()/'") for words in places)
    return response


def _unquoted(literal: str | None) -> str | None:
    """The entity ID between the parentheses of a path; a quote inside it is doubled."""
    if literal is None:
        return None
    match = _QUOTED.fullmatch(literal)
    if match is None:
        raise bad_parameter(
            "entityId",
            "write the entity ID in single quotes, a quote inside it twice, as in Shops('O''Hara')",
        )
    return match[1].replace("''", "'")


def _version(request: ApiRequest, access_id: str, name: str) -> tuple[AskedSource, AskedVersion]:
    """The version to query, for a key that may query it."""
    key, source = request.asking(access_id, name)
    staging = parse_staging(request.params)
    if source.query_key_id is None:
        allowed = key.account_id == source.account_id
    else:
        allowed = key.pk in (source.master_key_id, source.query_key_id)
    if not allowed and not (source.is_public and not staging):
        raise not_authorized("key: this key may not query the data source.")
    job_id = source.staged if staging else source.published
    if job_id is None:
        raise not_found(f'"{source.name}" has no {"staged" if staging else "published"} version.')
    try:
        return source, version_of(job_id)
    except Version.DoesNotExist:
        raise _dropped(source) from None


def _dropped(source: AskedSource) -> Fault:
    return not_found(f'This version of "{source.name}" was dropped meanwhile.')


def _find(request: ApiRequest, source: AskedSource, version: AskedVersion, query: Query) -> Found:
    try:
        page = _page(version, query)
    except UnknownVersion:
        raise _dropped(source) from None
    except OutOfTime as late:
        count_late_query()
        raise Fault(503, str(late)) from None
    if query.entity_id is not None and not page.ids:
        raise not_found(f'"{source.name}" has no entity with this ID.')
    return Found(
        base_url=request.url("data", source.access_id, source.name),
        entity_type=version.entity_type,
        types=version.types,
        ids=page.ids,
        columns=page.columns,
        total=page.total,
    )


def _page(version: AskedVersion, query: Query) -> Page:
    started = time.perf_counter()
    with store().open(version.job_id) as reader:
        page = reader.query(query)
    count_query(_kind(query), time.perf_counter() - started)
    return page


def _kind(query: Query) -> str:
    """What a query asks for, in one word."""
    if query.entity_id is not None:
        return "id"
    if query.spatial is not None:
        return type(query.spatial).__name__.casefold()
    return "filter" if query.where is not None else "all"


def _answer(request: ApiRequest, found: Found, *, single: bool) -> HttpResponseBase:
    if request.wants_odata_json:
        return json_response(request, found_json(found, brand(), single=single))
    write = entry_xml if single else feed_xml
    return HttpResponse(write(found, brand(), timezone.now()), content_type=ATOM_TYPE)
