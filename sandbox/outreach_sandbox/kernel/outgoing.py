"""Calls out of the sandbox: what a vendor tells a receiver, tried again as the vendor tries again.

Rule: only loopback is ever called, and a call is made on a thread of its own, so that no rule waits for it. What is
sent is signed by the machine's clock, since the receiver's clock is that one and not the sandbox's.
"""

from __future__ import annotations

import http.client
import queue
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Signed:
    """One request as it goes out."""

    body: bytes
    headers: Mapping[str, str]


@dataclass
class Message:
    """What is to be told; `sign` makes the request of one try, counted from 0."""

    events: int
    sign: Callable[[int], Signed]
    tries: int = 0


@dataclass(frozen=True)
class Habits:
    """How a vendor calls: how many at once, how patiently, and when again."""

    parallel: int
    timeout: float
    delays: tuple[float, ...]  # seconds before the second, third, ... try
    again: Callable[[int | None], bool]  # by the answer's status, None for no answer


@dataclass
class Outgoing:
    """Tells one address; what became of every try is kept."""

    url: str
    habits: Habits
    answers: Counter[str] = field(default_factory=Counter)
    pending: int = 0
    given_up: int = 0
    _queue: queue.Queue[Message | None] = field(default_factory=queue.Queue)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        host = urlsplit(self.url).hostname
        if host not in LOOPBACK:
            raise ValueError("the sandbox calls loopback alone")

    def start(self) -> None:
        """Start the threads that call."""
        for _ in range(self.habits.parallel):
            threading.Thread(target=self._work, daemon=True).start()

    def stop(self) -> None:
        """Let every thread end after the call it makes."""
        for _ in range(self.habits.parallel):
            self._queue.put(None)

    def tell(self, message: Message) -> None:
        """Have a message sent."""
        with self._lock:
            self.pending += 1
        self._queue.put(message)

    def report(self) -> dict[str, Any]:
        """What was sent so far, and what is still to be."""
        with self._lock:
            return {
                "pending": self.pending,
                "given_up": self.given_up,
                "answers": dict(self.answers),
            }

    def _work(self) -> None:
        while (message := self._queue.get()) is not None:
            status = self._call(message.sign(message.tries))
            with self._lock:
                self.answers[str(status)] += 1
            self._judge(message, status)

    def _judge(self, message: Message, status: int | None) -> None:
        """Done, again later, or given up."""
        fine = status is not None and 200 <= status < 300
        left = message.tries < len(self.habits.delays)
        if not fine and left and self.habits.again(status):
            timer = threading.Timer(self.habits.delays[message.tries], self._queue.put, [message])
            message.tries += 1
            timer.daemon = True
            timer.start()
            return
        with self._lock:
            self.pending -= 1
            self.given_up += not fine

    def _call(self, request: Signed) -> int | None:
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port or 80, timeout=self.habits.timeout
        )
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("POST", path, request.body, dict(request.headers))
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
