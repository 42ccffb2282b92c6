"""What can be counted, in the format of Prometheus.

The rule: labels are words of ours from short lists; no id, no address and no name is ever a label.

https://prometheus.io/docs/practices/naming/
"""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from outreach_adapters.ledger.hints import Waiting

_SECONDS = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300)


class Metrics:
    """The counters of one receiver."""

    def __init__(self) -> None:
        """Start at zero."""
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "outreach_webhook_requests", "Requests, by vendor and what became of them",
            ["vendor", "outcome"], registry=self.registry,
        )  # fmt: skip
        self._events = Counter(
            "outreach_webhook_events", "Events of accepted requests, by vendor and what they were",
            ["vendor", "what"], registry=self.registry,
        )  # fmt: skip
        self._answered = Histogram(
            "outreach_webhook_seconds", "Time from a request's headers to its answer",
            ["vendor"], buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self._runs = Counter(
            "outreach_runs", "Runs of the warm worker, by how they ended",
            ["outcome"], registry=self.registry,
        )  # fmt: skip
        self._run_seconds = Histogram(
            "outreach_run_seconds", "Time a run took",
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self._waiting = Gauge(
            "outreach_hints_waiting", "Records named since the last run began",
            registry=self.registry,
        )  # fmt: skip
        self._oldest = Gauge(
            "outreach_hints_oldest_seconds", "Age of the oldest of them",
            registry=self.registry,
        )  # fmt: skip

    def request(self, vendor: str, outcome: str, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(vendor, outcome).inc()
        self._answered.labels(vendor).observe(seconds)

    def event(self, vendor: str, what: str) -> None:
        """Count an event."""
        self._events.labels(vendor, what).inc()

    def run(self, outcome: str, seconds: float) -> None:
        """Count a run."""
        self._runs.labels(outcome).inc()
        self._run_seconds.observe(seconds)

    def text(self, waiting: Waiting, now: Callable[[], float]) -> bytes:
        """Return everything, with what waits at this moment."""
        self._waiting.set(waiting.records)
        self._oldest.set(max(0.0, now() - waiting.since.timestamp()) if waiting.since else 0.0)
        return generate_latest(self.registry)
