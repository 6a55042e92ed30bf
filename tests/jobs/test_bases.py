"""A version of an incremental load is archived without a download, where its base is certain."""

from __future__ import annotations

from datetime import timedelta

from datasources import jobs
from datasources.archive import open_geopackage
from datasources.models import Job, JobKind, JobState, Version, VersionState
from tests.jobs.fixtures import CITIES, Bench, done, drain

HEAD = "".join(line + "\n" for line in CITIES.splitlines()[:2])
FIRST = HEAD + "4|Bodø|67.28|14.4|42102\n"
SECOND = HEAD + "5|Hamar|60.79|11.07|32000\n1|Oslo|59.91|10.75|1\n"


def stage(bench: Bench, text: str) -> Version:
    """An incremental staged load, seen to its end."""
    done(bench.load(text, operation="incrementalStaging"))
    return bench.version(VersionState.STAGED)


def ids_of(version: Version) -> list[str]:
    def look() -> Version | None:
        version.refresh_from_db()
        return version if version.archive_id else None

    archive = drain(look).archive
    assert archive is not None
    with open_geopackage(archive.path) as opened:
        return sorted(str(key) for batch in opened.batches() for key in batch.columns[0])


def test_staged_changes_are_archived_from_the_published_version(bench: Bench) -> None:
    done(bench.load())
    staged = stage(bench, FIRST)
    assert staged.base == bench.version(VersionState.PUBLISHED)
    assert ids_of(staged) == ["1", "2", "3", "4"]
    assert not Job.objects.filter(kind=JobKind.DOWNLOAD).exists()


def test_further_staged_changes_are_archived_from_those_before(bench: Bench) -> None:
    done(bench.load())
    first = stage(bench, FIRST)
    second = stage(bench, SECOND)
    assert second.base == first
    assert ids_of(second) == ["1", "2", "3", "4", "5"]
    first.refresh_from_db()
    assert first.state == VersionState.RETIRED
    done(jobs.start_publish(bench.publisher, bench.source(), bench.key))
    third = stage(bench, HEAD + "6|Moss|59.43|10.65|49000\n")
    assert third.base == bench.version(VersionState.PUBLISHED)
    assert ids_of(third) == ["1", "2", "3", "4", "5", "6"]


def test_after_somebody_elses_job_the_base_is_not_certain(bench: Bench) -> None:
    done(bench.load())
    first = stage(bench, FIRST)
    Job.objects.create(
        account=bench.account,
        data_source=bench.source(),
        data_source_name="Cities",
        kind=JobKind.LOAD,
        operation="incrementalStaging",
        state=JobState.DONE,
        made_here=False,
        remote_id="another-job",
        created_at=first.made_at,
        ended_at=first.made_at + timedelta(seconds=1),
    )
    second = stage(bench, SECOND)
    assert second.base is None
    assert second.archive is None


def test_a_staged_version_that_may_have_run_out_is_no_base(bench: Bench) -> None:
    done(bench.load())
    first = stage(bench, FIRST)
    Version.objects.filter(pk=first.pk).update(expires_at=first.made_at)
    assert stage(bench, SECOND).base is None
