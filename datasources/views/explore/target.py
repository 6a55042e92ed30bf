"""What a query is asked of: a data source of the account, or any of its service by its query URL."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.core.cache import cache
from django.http import QueryDict
from django.utils.translation import gettext as _

from dashboard.people.reading import exact
from datasources.api import RemoteSchema, ServiceError
from datasources.api.links import followable, segments_after
from datasources.models import Account, DataSource, Version, VersionState
from datasources.models.sources import schema_of_rows
from datasources.schema import Schema

PUBLISHED, STAGED = "published", "staged"
MOST_VERSIONS = 200
REMEMBERED = 600  # seconds that the properties of somebody else's data source are
NO_VERSION_WORDS = {
    "staged": lambda: _("There is no staged version any more: the published one is asked instead."),
    "gone": lambda: _("That version is no longer kept here: the published one is asked instead."),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a data source that is not in the account's mirror is on the service."""

    url: str
    access_id: str
    name: str
    entity_type: str


@dataclass(frozen=True, slots=True)
class Side:
    """A version that is asked: `name` is published, staged, or v and the ID of the one `archived`."""

    name: str = PUBLISHED
    archived: Version | None = None

    @property
    def label(self) -> str:
        """For people."""
        if self.archived is not None:
            return f"{self.archived.get_state_display()}, {exact(self.archived.made_at)}"
        return _("Staged") if self.name == STAGED else _("Published")


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked; `beside` is a second version that is asked the same, `words` say what is not
    as it was asked for."""

    query_url: str
    name: str
    entity_type: str
    schema: Schema | None
    source: DataSource | None = None
    side: Side = Side()
    beside: Side | None = None
    versions: tuple[Version, ...] = ()
    words: str = ""
    place: Place | None = None

    @property
    def archived(self) -> Version | None:
        """The version of our archive that is asked, if it is one."""
        return self.side.archived

    @property
    def sides(self) -> list[Side]:
        """The one or two versions that are asked."""
        return [self.side] if self.beside is None else [self.side, self.beside]

    @property
    def asks_service(self) -> bool:
        """Whether any of them is asked of the service, which takes a key."""
        return any(side.archived is None for side in self.sides)

    @property
    def staged(self) -> Version | None:
        """The staged version, where there is one."""
        return next((one for one in self.versions if one.state == VersionState.STAGED), None)

    @property
    def kept(self) -> list[Version]:
        """The versions that our archive holds."""
        return [one for one in self.versions if one.archive_id is not None]

    @property
    def params(self) -> list[tuple[str, str]]:
        """As the explorer's address names it."""
        if self.source is None:
            return [("at", self.query_url)]
        pairs = [("source", str(self.source.pk))]
        if self.side.name != PUBLISHED:
            pairs.append(("version", self.side.name))
        return [*pairs, ("beside", self.beside.name)] if self.beside else pairs

    @property
    def is_gone(self) -> bool:
        """Whether the service no longer has it; the archive may."""
        return self.source is not None and self.source.gone_at is not None


def find_target(account: Account, data: QueryDict) -> Target | None:
    """What `source` (with `version` and `beside`), or `at` (a query URL), of an address name; None
    for neither.

    Raises ServiceError for a URL that is none of the account's service.
    """
    at = data.get("at", "").strip()
    source = _source(account, data.get("source", ""))
    place = place_of(account, at) if at and source is None else None
    if place is not None:
        standing = account.data_sources.filter(gone_at=None, access_id=place.access_id)
        source = standing.filter(name__iexact=place.name).first()
        if source is None:
            schema = _remembered(account, place)
            return Target(place.url, place.name, place.entity_type, schema, place=place)
    if source is not None and source.gone_at is not None and not _names_kept(data):
        source = _made_anew(source) or source
    return None if source is None else _of(source, data)


def _names_kept(data: QueryDict) -> bool:
    """Whether an address names a version of our archive, which the data source may have outlived."""
    return data.get("version", "").startswith("v")


def _made_anew(gone: DataSource) -> DataSource | None:
    """The data source of the same name that the account has now: links go on to it."""
    standing = DataSource.objects.filter(account=gone.account_id, gone_at=None, name=gone.name)
    return standing.first()


def _source(account: Account, given: str) -> DataSource | None:
    if not given.isascii() or not given.isdecimal() or len(given) > 18:
        return None
    return account.data_sources.filter(pk=int(given)).first()


def _of(source: DataSource, data: QueryDict) -> Target:
    versions = tuple(source.versions.select_related("archive", "made_by")[:MOST_VERSIONS])
    side, words = _side(versions, data.get("version", ""))
    beside, second = None, data.get("beside", "")
    if second:
        beside, missing = _side(versions, second)
        words = words or missing
    described = side.archived or _standing(versions, side.name)
    rows = (described.properties if described else None) or source.properties
    return Target(
        query_url=source.query_url,
        name=source.name,
        entity_type=source.entity_type,
        schema=schema_of_rows(source.entity_type, rows),
        source=source,
        side=side,
        beside=None if beside == side else beside,
        versions=versions,
        words=words,
    )


def _side(versions: tuple[Version, ...], given: str) -> tuple[Side, str]:
    """The version that is asked, and in words what is not as it was."""
    if given == STAGED:
        if _standing(versions, STAGED) is not None:
            return Side(STAGED), ""
        return Side(), NO_VERSION_WORDS["staged"]()
    if given in ("", PUBLISHED):
        return Side(), ""
    found = next((one for one in versions if f"v{one.pk}" == given), None)
    if found is None or found.archive_id is None:
        return Side(), NO_VERSION_WORDS["gone"]()
    return Side(given, found), ""


def _standing(versions: tuple[Version, ...], state: str) -> Version | None:
    return next((one for one in versions if one.state == state), None)


# --- data sources of others ---


def place_of(account: Account, url: str) -> Place:
    """A query URL of the account's own service; raises ServiceError."""
    address = followable(url, account.service.base_url)
    path = segments_after(address, "data")
    if len(path) < 3 or "$" in path[2] or "(" in path[2]:
        raise ServiceError(
            _(
                "This is no query URL. It has to end in /data/, an access ID, the name of a data "
                "source and that of its entity type."
            ),
            code="no-query-url",
            sent=False,
        )
    return Place(address, *path[:3])


def remember(account: Account, place: Place, schemas: list[RemoteSchema]) -> Schema | None:
    """Keeps for a while what the service told of the properties of somebody's data source."""
    for found in schemas:
        if found.entity_type.lower() == place.entity_type.lower():
            rows = [
                {"name": one.name, "type": one.type.value, "is_key": one.is_key}
                for one in found.properties
            ]
            cache.set(_cache_key(account, place), rows, REMEMBERED)
            return schema_of_rows(found.entity_type, rows)
    return None


def _remembered(account: Account, place: Place) -> Schema | None:
    rows = cache.get(_cache_key(account, place))
    return schema_of_rows(place.entity_type, rows) if rows else None


def _cache_key(account: Account, place: Place) -> str:
    """Of the account: who has no key for a data source does not learn its properties from others."""
    named = f"{account.pk}/{place.access_id}/{place.name}/{place.entity_type}"
    return f"explore-schema-{hashlib.sha256(named.encode()).hexdigest()}"
