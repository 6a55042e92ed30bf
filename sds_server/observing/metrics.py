"""Metrics for Prometheus. Labels are words of fixed sets: no key, account or data source in them.

What requests took is counted in the process that answered; several web processes of one machine
add theirs up in METRICS_DIR. What the jobs, the workers and the store are at is asked of the
database when the metrics are read, so that any process may be asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    exposition,
    multiprocess,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sds_server.observing.facts import Facts, find_facts, tallies
from sds_server.observing.version import version

CONTENT_TYPE = exposition.CONTENT_TYPE_LATEST

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_requests = Histogram(
    "cairn_request_duration_seconds",
    "Time from a request to its answer, by operation of the API (page: a page of the dashboard)",
    ("operation", "status"),
    buckets=_SECONDS,
)
_queries = Histogram(
    "cairn_query_duration_seconds",
    "Time that the store took for a query, by what it asks for",
    ("kind",),
    buckets=_SECONDS,
)
_late = Counter("cairn_queries_out_of_time", "Queries that were ended by SDS_QUERY_SECONDS")


def count_request(operation: str, status: int, seconds: float) -> None:
    _requests.labels(operation, str(status)).observe(seconds)


def count_query(kind: str, seconds: float) -> None:
    _queries.labels(kind).observe(seconds)


def count_late_query() -> None:
    _late.inc()


def metrics_text() -> bytes:
    """All metrics, in the text format of Prometheus."""
    registry = CollectorRegistry()
    if settings.METRICS_DIR:
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(_OfThisProcess())
    registry.register(_OfTheDatabase())
    return exposition.generate_latest(registry)


class _OfThisProcess(Collector):
    """What this process counted, and how it does itself (memory, processor time, open files)."""

    def collect(self) -> Iterator[Metric]:
        yield from REGISTRY.collect()

    def describe(self) -> Iterator[Metric]:
        return iter(())


class _OfTheDatabase(Collector):
    """Jobs, workers, versions: asked anew at each reading."""

    def collect(self) -> Iterator[Metric]:
        info = GaugeMetricFamily("cairn_build_info", "The version that runs", labels=["version"])
        info.add_metric([version()], 1)
        yield info
        facts = find_facts()
        yield from _of_jobs(facts)
        yield from _of_ended_jobs()
        yield from _of_the_store(facts)

    def describe(self) -> Iterator[Metric]:
        return iter(())


def _of_jobs(facts: Facts) -> Iterator[Metric]:
    jobs = GaugeMetricFamily(
        "cairn_jobs", "Jobs of the last 15 days, by kind and state", labels=["kind", "state"]
    )
    for job in facts.jobs:
        jobs.add_metric([job.kind, job.state], job.count)
    yield jobs
    yield GaugeMetricFamily(
        "cairn_jobs_oldest_waiting_seconds",
        "How long the job that waits longest has waited; 0 where none waits",
        value=facts.oldest_waiting or 0.0,
    )
    yield GaugeMetricFamily(
        "cairn_workers_alive", "Workers that gave a sign of life of late", value=len(facts.workers)
    )


def _of_ended_jobs() -> Iterator[Metric]:
    ended = CounterMetricFamily("cairn_jobs_ended", "Jobs that ended", labels=["kind", "status"])
    took = CounterMetricFamily(
        "cairn_jobs_ended_seconds", "From their acceptance to their end", labels=["kind", "status"]
    )
    loaded = CounterMetricFamily(
        "cairn_entities_loaded", "Entities that loads brought in", labels=["kind"]
    )
    failed = CounterMetricFamily(
        "cairn_entities_failed", "Entities that loads left out", labels=["kind"]
    )
    for row in tallies():
        status = row.status.lower()
        ended.add_metric([row.kind, status], row.jobs)
        took.add_metric([row.kind, status], row.seconds)
        if row.entities or row.failed:
            loaded.add_metric([row.kind], row.entities)
            failed.add_metric([row.kind], row.failed)
    yield from (ended, took, loaded, failed)


def _of_the_store(facts: Facts) -> Iterator[Metric]:
    yield GaugeMetricFamily("cairn_data_sources", "Data sources", value=facts.data_sources)
    named = (
        ("cairn_versions", "Versions kept, by state", "versions"),
        ("cairn_entities", "Entities kept, by the state of their version", "entities"),
        ("cairn_store_bytes", "Bytes that versions take, by state", "bytes"),
    )
    for name, words, fact in named:
        family = GaugeMetricFamily(name, words, labels=["state"])
        for held in facts.held:
            family.add_metric([held.state], getattr(held, fact))
        yield family
    if facts.disk:
        yield GaugeMetricFamily("cairn_disk_bytes", "Size of the disk", value=facts.disk.total)
        yield GaugeMetricFamily("cairn_disk_free_bytes", "Free on it", value=facts.disk.free)
