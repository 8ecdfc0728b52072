"""Figures for Prometheus: how many requests, how long, and what inquiries came to. Text format 0.0.4."""

from __future__ import annotations

import threading
from collections import Counter

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Upper ends of the histogram of durations, seconds."""


class Figures:
    """Counters of one process; threads may share them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._buckets: Counter[float] = Counter()
        self._seconds, self._count, self.in_flight = 0.0, 0, 0
        self._inquiries: Counter[tuple[str, str]] = Counter()

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request that was answered."""
        with self._lock:
            self._requests[method, route, status] += 1
            self._seconds, self._count = self._seconds + seconds, self._count + 1
            self._buckets.update(end for end in BUCKETS_S if seconds <= end)

    def inquiry(self, kind: str, answer: str) -> None:
        """Count one inquiry: ``number``, ``code`` or ``file``; ``found``, ``nothing`` or ``limited``."""
        with self._lock:
            self._inquiries[kind, answer] += 1

    def text(self) -> str:
        """Return every figure, sorted."""
        with self._lock:
            lines = ["# HELP scheduler_requests_total Requests answered.", "# TYPE scheduler_requests_total counter"]
            for (method, route, status), n in sorted(self._requests.items()):
                lines.append(f'scheduler_requests_total{{method="{method}",route="{route}",status="{status}"}} {n}')
            lines += [
                "# HELP scheduler_request_seconds Time to the answer.",
                "# TYPE scheduler_request_seconds histogram",
            ]
            lines += [f'scheduler_request_seconds_bucket{{le="{end}"}} {self._buckets[end]}' for end in BUCKETS_S]
            lines.append(f'scheduler_request_seconds_bucket{{le="+Inf"}} {self._count}')
            lines += [
                f"scheduler_request_seconds_sum {self._seconds:.6f}",
                f"scheduler_request_seconds_count {self._count}",
            ]
            lines += [
                "# HELP scheduler_requests_in_flight Requests being answered.",
                "# TYPE scheduler_requests_in_flight gauge",
            ]
            lines.append(f"scheduler_requests_in_flight {self.in_flight}")
            lines += ["# HELP scheduler_inquiries_total Public inquiries.", "# TYPE scheduler_inquiries_total counter"]
            for (kind, answer), n in sorted(self._inquiries.items()):
                lines.append(f'scheduler_inquiries_total{{kind="{kind}",answer="{answer}"}} {n}')
        return "\n".join(lines) + "\n"
