"""Against a real service: a draft with other properties is sent whole, and two people's drafts of
one entity both arrive."""

from __future__ import annotations

from dataclasses import replace

import pytest

from datasources import archive, jobs
from datasources.checks.merge import Side
from datasources.drafts.step import Author
from datasources.jobs.draft_merging import merge_targets, moved_to
from datasources.models import Draft, DraftState, VersionState
from datasources.schema import EdmType
from datasources.schema.columns import Column
from tests.drafts.fixtures import counts, put
from tests.jobs.fixtures import CITIES, MORE_CITIES, Bench, done
from tests.jobs.test_compare import archived, published_on
from tests.jobs.test_draft_sending import city_draft, sent
from tests.live import LiveAccount


def merged(bench: Bench, draft: Draft, side: Side | None = None) -> None:
    draft.refresh_from_db()
    version = moved_to(draft)
    assert version is not None
    jobs.merge_draft(Author(draft.owner), draft, archived(version), {}, side)
    draft.refresh_from_db()


def test_a_draft_with_other_properties_is_sent_whole(bench: Bench) -> None:
    bench.load(CITIES)
    draft = city_draft(bench)
    columns = [
        replace(one, type=EdmType.STRING) if one.name == "People" else one
        for one in (Column.from_json(kept) for kept in draft.columns)
    ]
    fresh = Column("n0", "Country", EdmType.STRING, fill="NO")
    jobs.change_draft_columns(Author(bench.publisher), draft, [*columns, fresh])
    with pytest.raises(jobs.JobRefused, match="replaces everything"):
        jobs.send_draft(bench.publisher, draft, "incremental", bench.key)
    sent(bench, draft, "complete")
    assert draft.state == DraftState.SENT, draft.words
    version = archived(bench.version(VersionState.PUBLISHED))
    assert version.archive is not None
    with archive.open_geopackage(version.archive.path) as opened:
        assert list(opened.schema.names) == [
            "EntityID",
            "Name",
            "Latitude",
            "Longitude",
            "People",
            "Country",
        ]
        rows = [row for batch in opened.batches() for row in zip(*batch.columns, strict=True)]
    assert {row[5] for row in rows} == {"NO"}
    assert {type(row[4]) for row in rows} == {str}


def test_two_drafts_of_one_entity_both_arrive(bench: Bench, remote: LiveAccount) -> None:
    bench.load(CITIES)
    mine, theirs = city_draft(bench), city_draft(bench)
    put(mine, 1, People="1")
    put(theirs, 1, Name="Christiania")
    sent(bench, theirs)
    with pytest.raises(jobs.JobRefused, match="merge it first"):
        jobs.send_draft(bench.publisher, mine, "incremental", bench.key)
    merged(bench, mine)
    sent(bench, mine)
    assert mine.state == DraftState.SENT, mine.words
    name, _latitude, _longitude, people = published_on(remote, bench)["1"]
    assert (name, people) == ("Christiania", 1)


def test_what_was_left_out_is_all_that_is_left_after_a_merge(bench: Bench) -> None:
    bench.load(CITIES)
    draft = city_draft(bench)
    put(draft, 1, People="many")
    put(draft, 2, People="5")
    sent(bench, draft, leave_out=True)
    merged(bench, draft)
    assert counts(draft) == (0, 1, 0, 1)
    assert merge_targets(draft) == []


def test_a_rollback_under_a_draft_loses_nothing(bench: Bench, remote: LiveAccount) -> None:
    bench.load(CITIES)
    archived(bench.version(VersionState.PUBLISHED))
    bench.load(MORE_CITIES)
    draft = city_draft(bench)
    put(draft, 1, Name="Christiania")
    earlier = bench.version(VersionState.EARLIER)
    done(jobs.start_rollback(bench.publisher, earlier, bench.key))
    merged(bench, draft, Side.MINE)
    sent(bench, draft)
    assert draft.state == DraftState.SENT, draft.words
    assert published_on(remote, bench)["1"][0] == "Christiania"
