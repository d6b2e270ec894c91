"""What /metrics shows: our own requests, what workers counted in Redis, and what stands in the database."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from controller.decisions.observation import Health
from controller.store.reading.revisions import SourceLine
from controller.workers.metrics import DURATION_BUCKETS, LATENESS_BUCKETS

_REQUEST_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Requests:
    """Counts this process's requests, by route rather than by path, so that names make no new series."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._total = Counter(
            "http_requests", "Requests answered.", ["method", "path", "status"], registry=self.registry
        )
        self._duration = Histogram(
            "http_request_duration_seconds",
            "Time to answer.",
            ["method", "path"],
            buckets=_REQUEST_BUCKETS,
            registry=self.registry,
        )

    def count(self, method: str, path: str, status: int, took: float) -> None:
        """One request was answered in `took` seconds."""
        known = method if method in ("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE") else "other"
        self._total.labels(known, path, str(status)).inc()
        self._duration.labels(known, path).observe(took)

    def text(self) -> bytes:
        """The series in the text format of Prometheus."""
        return generate_latest(self.registry)


@dataclass(frozen=True)
class Snapshot:
    """What other processes know, at one instant. None where a part did not answer."""

    now: datetime
    counters: Mapping[str, float] | None = None
    monitors: Mapping[Health, int] | None = None
    incidents: int = 0
    sources: Sequence[SourceLine] = ()
    outbox: Mapping[str, int] = field(default_factory=dict)

    def text(self) -> bytes:
        """The series in the text format of Prometheus."""
        registry = CollectorRegistry()
        registry.register(_Once(list(self._metrics())))
        return generate_latest(registry)

    def _metrics(self) -> Iterator[Metric]:
        reachable = GaugeMetricFamily("wakeful_reachable", "Whether a part answered this scrape.", labels=["part"])
        reachable.add_metric(["database"], float(self.monitors is not None))
        reachable.add_metric(["redis"], float(self.counters is not None))
        yield reachable
        if self.counters is not None:
            yield from _from_workers(self.counters)
        if self.monitors is not None:
            yield from self._stored(self.monitors)

    def _stored(self, monitors: Mapping[Health, int]) -> Iterator[Metric]:
        active = GaugeMetricFamily("active_monitors", "Live monitors by health.", labels=["health"])
        for health, count in monitors.items():
            active.add_metric([health.value], count)
        yield active
        yield GaugeMetricFamily("active_incidents", "Incidents that are open.", value=self.incidents)
        age = GaugeMetricFamily(
            "wakeful_revision_age_seconds", "Time since the applied revision was applied.", labels=["source"]
        )
        differs = GaugeMetricFamily(
            "wakeful_revision_attempted_not_applied",
            "1 while the revision attempted last is not the one that runs.",
            labels=["source"],
        )
        for source in self.sources:
            if source.applied and source.applied.applied_at:
                age.add_metric([source.name], (self.now - source.applied.applied_at).total_seconds())
            differs.add_metric([source.name], float(source.attempted is not None and not source.is_current))
        yield age
        yield differs
        outbox = GaugeMetricFamily("wakeful_outbox_depth", "Notifications not sent, by state.", labels=["state"])
        for state, count in self.outbox.items():
            outbox.add_metric([state], count)
        yield outbox


class _Once(Collector):
    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _from_workers(counters: Mapping[str, float]) -> Iterator[Metric]:
    checks = CounterMetricFamily("monitor_checks", "Checks made.", labels=["region", "outcome"])
    for key, value in sorted(counters.items()):
        if key.startswith("checks|"):
            region, outcome = key.removeprefix("checks|").rsplit("|", 1)
            checks.add_metric([region, outcome], value)
    yield checks
    missed = CounterMetricFamily("wakeful_checks_missed", "Checks that came too late to be made.", labels=["region"])
    for key, value in sorted(counters.items()):
        if key.startswith("missed|"):
            missed.add_metric([key.removeprefix("missed|")], value)
    yield missed
    yield _histogram(
        "monitor_check_duration_milliseconds", "How long checks took.", counters, "duration", DURATION_BUCKETS
    )
    yield _histogram("wakeful_check_lateness_seconds", "How late checks began.", counters, "late", LATENESS_BUCKETS)


def _histogram(
    name: str, words: str, counters: Mapping[str, float], prefix: str, bounds: Sequence[float]
) -> HistogramMetricFamily:
    """A histogram from counts per bucket, which Prometheus wants added up."""
    counts = {
        float(bound): value
        for key, value in counters.items()
        if key.startswith(f"{prefix}|") and (bound := key.removeprefix(f"{prefix}|")) != "sum"
    }
    buckets: list[tuple[str, float]] = []
    total = 0.0
    for most in (*bounds, math.inf):
        total += counts.get(float(most), 0)
        buckets.append(("+Inf" if most == math.inf else f"{most:g}", total))
    return HistogramMetricFamily(name, words, buckets=buckets, sum_value=counters.get(f"{prefix}|sum", 0.0))
