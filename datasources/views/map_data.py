"""What a map asks of a version: its facts, its tiles, its entities in view, one of them, a search.

A version never changes, so tiles are cached for good; their address changes where their form does.
"""

from __future__ import annotations

import gzip
from dataclasses import asdict
from typing import Any

from django.http import HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dashboard.people.access import AuthedRequest
from datasources import archive, jobs
from datasources.archive import tiles
from datasources.archive.tiles import Tile, TileStyle, VersionFiles
from datasources.checks.differences import in_words
from datasources.models import Account, Version, VersionState
from datasources.views.map_files import PRIVATE, files_of, find_version, gone, of_map

FOR_GOOD = "private, max-age=31536000, immutable"
TILE_TYPE = "application/vnd.mapbox-vector-tile"
PAGE = 50  # entities
MATCHES = 20
MOST_COLUMNS = 8  # of the table, beside ID and title
LONGEST = 100  # characters of a search


# --- the version ---


@require_safe
def version_map(
    request: AuthedRequest, account: Account, source_id: int, version_id: int
) -> HttpResponse:
    """What a map has to know of a version before it draws it.

    `state` is "ready", with the facts of the map index; "making" while it comes by itself; "absent"
    where the version has to be downloaded first, or "gone"; `words` say so.
    """
    version = find_version(account, source_id, version_id)
    files = files_of(version)
    if files is None:
        answer = JsonResponse(_without_map(version))
        answer["Cache-Control"] = PRIVATE
        return answer
    try:
        index = tiles.map_index_of(files.index)
    except (FileNotFoundError, tiles.DamagedArrays):
        return gone()
    args = [account.pk, source_id, version_id]
    facts = {
        "state": "ready",
        **index.facts,
        "tiles": reverse("version_tile", args=[*args, 0, 0, 0]).replace(
            "/0/0/0.mvt", "/{z}/{x}/{y}.mvt"
        ),
        "edition": _edition(version),
        "classes": reverse("version_classes", args=args),
        "entities": reverse("version_entities", args=args),
        "entity": reverse("version_entity", args=args),
        "find": reverse("version_find", args=args),
    }
    answer = JsonResponse(facts)
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _edition(version: Version) -> str:
    """What changes in a tile's address when the tiles do."""
    stored = version.map_index
    return f"{tiles.FORMAT}-{stored.sha256[:12] if stored else ''}"


def _without_map(version: Version) -> dict[str, Any]:
    if jobs.is_map_coming(version):
        words = _("The map of this version is being prepared: it takes some seconds.")
        return {"state": "making", "words": words}
    if version.state == VersionState.RETIRED or version.data_source.gone_at is not None:
        words = _("The entities of this version are not kept here, and the service has dropped it.")
        return {"state": "gone", "words": words}
    words = _(
        "The entities of this version are not kept here yet. Download it once, and its map is."
    )
    return {"state": "absent", "words": words}


@require_safe
@of_map
def version_classes(
    request: AuthedRequest, account: Account, version: Version, files: VersionFiles
) -> HttpResponse:
    """Classes of a numeric property (`by`) for a graduated map: `count` of them, by a `method`."""
    method = request.GET.get("method", "")
    try:
        column = tiles.column_of(files, request.GET.get("by", ""), categories=False)
    except KeyError:
        return _no_tile(_("This version has no numeric property of that name."))
    found = tiles.classify(
        column.values,
        _number(request.GET.get("count", "")),
        method if method in tiles.METHODS else tiles.QUANTILES,
    )
    answer = JsonResponse(asdict(found))
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


# --- tiles ---


@require_safe
@of_map
def version_tile(
    request: AuthedRequest,
    account: Account,
    version: Version,
    files: VersionFiles,
    *,
    z: int,
    x: int,
    y: int,
) -> HttpResponse:
    """A vector tile. `by` names the property whose values it carries, `as=number` has them as
    numbers and not as categories, `show=clusters` puts points together by their number."""
    tile = Tile(z, x, y)
    style = TileStyle(
        by=request.GET.get("by", ""),
        categories=request.GET.get("as") != "number",
        clustered=request.GET.get("show") == "clusters",
    )
    if not tile.is_there:
        return _no_tile(_("There is no such tile."))
    mark = f'"{tiles.etag(files, tile, style)}"'
    if request.headers.get("If-None-Match") == mark:
        return _for_good(HttpResponseNotModified(), mark)
    try:
        body = tiles.served_tile(files, tile, style)
    except KeyError:
        return _no_tile(_("This version has no property of that name to be styled by."))
    answer = HttpResponse(body, content_type=TILE_TYPE)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        answer["Content-Encoding"] = "gzip"
    else:
        answer.content = gzip.decompress(body)
    return _for_good(answer, mark)


def _for_good(answer: HttpResponse, mark: str) -> HttpResponse:
    answer["ETag"] = mark
    answer["Cache-Control"] = FOR_GOOD
    answer["Vary"] = "Accept-Encoding"
    return answer


def _no_tile(words: str) -> HttpResponse:
    return HttpResponse(words, status=404, content_type="text/plain; charset=utf-8")


# --- entities ---


@require_safe
@of_map
def version_entities(
    request: AuthedRequest, account: Account, version: Version, files: VersionFiles
) -> HttpResponse:
    """A page of the entities in a box (`bbox`: west, south, east, north), as rows of a table."""
    index = tiles.map_index_of(files.index)
    places = tiles.in_view(index, _bounds(request.GET.get("bbox", "")))
    pages = max(1, -(-len(places) // PAGE))
    number = min(_number(request.GET.get("page", "")), pages)
    shown = index.fids[places[(number - 1) * PAGE : number * PAGE]]
    with archive.open_geopackage(files.archive) as file:
        found = tiles.read_entities(file, shown.tolist())
    names = _columns(index.facts, request.GET.get("by", ""))
    context = {
        "account": account,
        "version": version,
        "title": index.facts["title"],
        "key": index.facts["key"],
        "columns": names,
        "rows": [_row(entity, names, index.facts) for entity in found],
        "count": len(places),
        "total": index.facts["located"],
        "unlocated": index.facts["count"] - index.facts["located"],
        "page_number": number,
        "page_count": pages,
        "first": (number - 1) * PAGE + 1,
        "last": (number - 1) * PAGE + len(found),
    }
    answer = render(request, "datasources/map/entities.html", context)
    answer["Cache-Control"] = PRIVATE
    return answer


def _bounds(text: str) -> tuple[float, float, float, float]:
    """The box of an address; the whole world where it is none."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return (-180.0, -90.0, 180.0, 90.0)
    sides = (west, south, east, north)
    if not all(abs(side) < 1e6 for side in sides):  # NaN among them
        return (-180.0, -90.0, 180.0, 90.0)
    return (west, south, east if east >= west else east + 360, north)


def _number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _columns(facts: dict[str, Any], styled_by: str) -> list[str]:
    """The properties of the table beside ID and title: the one styled by, then the first ones."""
    names = [one["name"] for one in facts["properties"]]
    first = [name for name in names if name == styled_by]
    others = [name for name in names if name not in (facts["key"], facts["title"], styled_by)]
    return [*first, *others][:MOST_COLUMNS]


def _row(entity: tiles.Entity, names: list[str], facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "fid": entity.fid,
        "key": entity.key,
        "title": entity.values.get(facts["title"]),
        "place": f"{entity.place[0]:.6f},{entity.place[1]:.6f}",
        "cells": [_cell(entity.values.get(name)) for name in names],
    }


def _cell(value: Any) -> tuple[str, str]:
    """What a cell holds ("none", "number", "text"), and how it is shown."""
    if value is None:
        return "none", ""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return ("number" if is_number else "text"), in_words(value)


@require_safe
@of_map
def version_entity(
    request: AuthedRequest, account: Account, version: Version, files: VersionFiles
) -> HttpResponse:
    """One entity by its ID (`id`) or its fid in the map index (`fid`): all properties, geometry."""
    fid = request.GET.get("fid", "")
    with archive.open_geopackage(files.archive) as file:
        if fid.isascii() and fid.isdigit() and len(fid) < 18:
            entity = tiles.read_entity(file, fid=int(fid))
        else:
            entity = tiles.read_entity(file, key=request.GET.get("id", ""))
    if entity is None:
        words = _("This version has no such entity.")
        return JsonResponse({"state": "none", "words": words}, status=404)
    answer = JsonResponse(
        {
            "fid": entity.fid,
            "key": entity.key,
            "title": in_words(entity.values.get(tiles.map_index_of(files.index).facts["title"])),
            "place": entity.place,
            "shape": entity.shape,
            "geometry": entity.geometry,
            "properties": [
                {"name": name, "value": None if value is None else in_words(value)}
                for name, value in entity.values.items()
            ],
        }
    )
    answer["Cache-Control"] = PRIVATE
    return answer


@require_safe
@of_map
def version_find(
    request: AuthedRequest, account: Account, version: Version, files: VersionFiles
) -> HttpResponse:
    """The entities whose ID or texts hold `q`; `complete` is false where time ran out."""
    text = request.GET.get("q", "").strip()[:LONGEST]
    if not text:
        return JsonResponse({"matches": [], "complete": True})
    title = tiles.map_index_of(files.index).facts["title"]
    with archive.open_geopackage(files.archive) as file:
        found = tiles.search(file, title, text, MATCHES)
    answer = JsonResponse(
        {
            "matches": [
                {
                    "fid": one.fid,
                    "key": one.key,
                    "title": one.title,
                    "place": one.place,
                    "foundIn": one.found_in,
                    "value": one.value,
                }
                for one in found.matches
            ],
            "complete": found.complete,
        }
    )
    answer["Cache-Control"] = PRIVATE
    return answer
