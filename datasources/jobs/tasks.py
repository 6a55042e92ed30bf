"""The background tasks. Each may run twice or be lost: leases and the sweep make that harmless."""

from __future__ import annotations

from django_tasks import task

from datasources.jobs import advance, archiving, check, compare, follow, look, mirror


@task()
def advance_job(job_id: str) -> None:
    """Takes a job one step on: sends it, looks after a lost answer, fetches a download."""
    advance.advance(job_id)


@task()
def check_upload(upload_id: str) -> None:
    """Checks an upload's file."""
    check.check(upload_id)


@task()
def look_at_upload(upload_id: str) -> None:
    """Looks at an imported file: its layers, its columns."""
    look.look(upload_id)


@task()
def follow_account(account_id: int) -> None:
    """Asks once for the account's job list and brings its open jobs up to date."""
    follow.follow(account_id)


@task()
def refresh_account(account_id: int) -> None:
    """Refreshes the mirror of an account."""
    mirror.refresh(account_id)


@task()
def archive_version(version_id: int) -> None:
    """Keeps a version's entities as an indexed GeoPackage."""
    archiving.archive_version(version_id)


@task()
def compare_versions(comparison_id: int) -> None:
    """Takes a comparison on: fetches, archives, compares."""
    compare.run_comparison(comparison_id)
