"""What a plan allows, as far as requests and jobs go. Limits of a file are `PLAN_LIMITS`.

Source: "Geocode and Data Source Limits". A job is in process until it is completed or aborted;
downloads are not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from sds_server.faults import over_limit
from sds_server.models import DataflowJob, DataSource, JobKind, JobStatus, Plan, SdsAccount


@dataclass(frozen=True, slots=True)
class PlanRules:
    """None means no limit."""

    jobs_in_process: int | None = None
    jobs_a_day: int | None = None
    data_sources: int | None = None


RULES: dict[str, PlanRules] = {
    Plan.BASIC: PlanRules(jobs_in_process=2, jobs_a_day=50, data_sources=5),
    Plan.ENTERPRISE: PlanRules(jobs_in_process=10, jobs_a_day=50, data_sources=25),
    Plan.UNLIMITED: PlanRules(),
}


def check_jobs(account: SdsAccount) -> None:
    """Refuses (403) a further job beyond the plan's jobs in process or in 24 hours."""
    rules = RULES[account.plan]
    counted = DataflowJob.objects.filter(account=account).exclude(kind=JobKind.DOWNLOAD)
    if rules.jobs_in_process is not None:
        pending = counted.filter(status=JobStatus.PENDING).count()
        if pending >= rules.jobs_in_process:
            raise over_limit(
                f"Limit of jobs in process reached: this account ({account.get_plan_display()}) may"
                f" have {rules.jobs_in_process} jobs in process at the same time and has {pending}."
                " Send the request again when one of them is completed."
            )
    if rules.jobs_a_day is not None:
        since = timezone.now() - timedelta(hours=24)
        made = counted.filter(created_at__gt=since).count()
        if made >= rules.jobs_a_day:
            raise over_limit(
                f"Limit of jobs in 24 hours reached: this account ({account.get_plan_display()})"
                f" may run {rules.jobs_a_day} jobs in 24 hours and has run {made}."
            )


def check_data_sources(account: SdsAccount) -> None:
    """Refuses (403) a further data source beyond the plan's number."""
    rules = RULES[account.plan]
    if rules.data_sources is None:
        return
    count = DataSource.objects.filter(account=account).count()
    if count >= rules.data_sources:
        raise over_limit(
            f"Limit of data sources reached: this account ({account.get_plan_display()}) may have"
            f" {rules.data_sources} data sources and has {count}. Delete one first."
        )
