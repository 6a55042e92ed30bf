"""Drafts over archived versions, without a service."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import count

import pytest
from django.utils import timezone

from dashboard.people.models import User
from datasources import jobs
from datasources.drafts.bases import open_sheet
from datasources.drafts.order import numbers_of
from datasources.drafts.rows import Row, rows_of
from datasources.drafts.step import Author, Change, Done, make
from datasources.drafts.undo import redo, undo
from datasources.jobs.archiving import archive_version
from datasources.models import Account, DataSource, Draft, Version, VersionState
from tests.views.sources import make_source, make_version

SHOPS = """Bing Spatial Data Services, 1.0, Shop
ID(Edm.String,primaryKey)|Name(Edm.String)|Seats(Edm.Int64)|Rating(Edm.Double)|Open(Edm.Boolean)|Since(Edm.DateTime)|Latitude(Edm.Double)|Longitude(Edm.Double)
a|Harbour|40|4.5|true|2010-11-16T01:19:36Z|57.05|9.92
b|Station|25||false||56.15|10.2
c|Market|60|3.0||2024-02-29T00:00:00Z|55.4|10.39
d|station|7|5.0|true|1999-12-31T23:59:59.5Z|55.5|9.5
"""
HEAD = "".join(line + "\n" for line in SHOPS.splitlines()[:2])

MakeArchived = Callable[..., Version]
MakeDraft = Callable[..., Draft]
_tokens = count()


@pytest.fixture
def source(account: Account) -> DataSource:
    return make_source(account, entity_type="Shop")


@pytest.fixture
def make_archived(source: DataSource) -> MakeArchived:
    """A version in the archive."""

    def make_one(
        text: str = SHOPS, state: str = VersionState.PUBLISHED, *, days: int = 1
    ) -> Version:
        content = jobs.keep_file(source.account, io.BytesIO(text.encode()))
        made_at = timezone.now() - timedelta(days=days)
        version = make_version(source, state, content=content, made_at=made_at, entity_count=None)
        archive_version(version.pk)
        version.refresh_from_db()
        assert version.archive is not None
        return version

    return make_one


@pytest.fixture
def make_draft(make_archived: MakeArchived, people: dict[str, User]) -> MakeDraft:
    """An open draft: of the shops, unless a text or a version is given."""

    def make_one(text: str = SHOPS, *, version: Version | None = None, by: str = "editor") -> Draft:
        return jobs.start_draft(people[by], version or make_archived(text))

    return make_one


@pytest.fixture
def draft(make_draft: MakeDraft) -> Draft:
    return make_draft()


def author(draft: Draft, *, revision: int | None = None, token: str = "") -> Author:
    return Author(draft.owner, revision, token or f"t{next(_tokens)}")


def step(draft: Draft, changes: Iterable[Change], kind: str = "set", **options: object) -> Done:
    """Makes a step as the draft's owner, and brings `draft` up to date."""
    done = make(draft.pk, author(draft), kind, lambda _sheet, _draft: changes, **options)  # type: ignore[arg-type]
    draft.refresh_from_db()
    return done


def back(draft: Draft) -> None:
    """Undoes a step."""
    undo(draft.pk, author(draft))
    draft.refresh_from_db()


def forth(draft: Draft) -> None:
    """Does a step again."""
    redo(draft.pk, author(draft))
    draft.refresh_from_db()


def column(draft: Draft, name: str) -> str:
    """The ID of a property."""
    return next(one["id"] for one in draft.columns if one["name"] == name)


def put(draft: Draft, number: int, **values: str | None) -> Done:
    """Writes cells of one row, named by their properties."""
    return step(
        draft, [Change(number, {column(draft, name): text for name, text in values.items()})]
    )


def add(draft: Draft, anchor: int | None = None, **values: str | None) -> int:
    """Adds a row and gives its number."""
    cells = {column(draft, name): text for name, text in values.items()}
    return step(draft, [Change(cells=cells, anchor=anchor)], "add").added[0]


def shown(draft: Draft, token: str = "") -> list[Row]:
    """All rows in an order."""
    return rows_of(draft, numbers_of(draft, token).tolist())


def row(draft: Draft, number: int) -> Row:
    return rows_of(draft, [number])[0]


def said(found: Row) -> list[str]:
    """The rules that a row breaks."""
    return [problem[1] for problem in found.problems]


def counts(draft: Draft) -> tuple[int, int, int, int]:
    draft.refresh_from_db()
    return draft.added, draft.changed, draft.deleted, draft.faulty


def texts(draft: Draft, number: int) -> dict[str, str | None]:
    with open_sheet(draft) as sheet:
        names = [one.name for one in sheet.columns]
    return dict(zip(names, row(draft, number).texts, strict=True))
