"""A tiny client for the control port, so that a test needs no HTTP library.

Rule: one method per door, nothing clever.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any


class ControlRefused(Exception):
    """A door said no; the message is the sandbox's own."""


class Control:
    """Reset, calls, faults, clock and people of one running sandbox."""

    def __init__(self, url: str) -> None:
        self.url = url

    def reset(self, seed: str | dict[str, Any] = "empty") -> None:
        """Start again from this seed."""
        self._send("POST", "/_sandbox/reset", {"seed": seed})

    def keep(self, name: str) -> None:
        """Keep the present moment under this name."""
        self._send("POST", "/_sandbox/moments", {"keep": name})

    def go_back(self, name: str) -> None:
        """Return to a moment that was kept."""
        self._send("POST", "/_sandbox/moments", {"go_back": name})

    def calls(self) -> list[dict[str, Any]]:
        """Every request so far."""
        found: list[dict[str, Any]] = self._send("GET", "/_sandbox/calls")
        return found

    def forget_calls(self) -> None:
        """Empty the journal."""
        self._send("DELETE", "/_sandbox/calls")

    def queue_faults(self, *items: dict[str, Any]) -> list[str]:
        """Queue failures; returns their ids."""
        ids: list[str] = self._send("POST", "/_sandbox/faults", list(items))["queued"]
        return ids

    def faults(self) -> list[dict[str, Any]]:
        """Every fault and what is left of it."""
        found: list[dict[str, Any]] = self._send("GET", "/_sandbox/faults")["faults"]
        return found

    def forget_faults(self) -> None:
        """Forget every fault."""
        self._send("DELETE", "/_sandbox/faults")

    def now(self) -> str:
        """The sandbox's time, ISO 8601."""
        return str(self._send("GET", "/_sandbox/clock")["now"])

    def advance(self, seconds: float) -> str:
        """Move time on; returns the new time."""
        return str(self._send("POST", "/_sandbox/clock", {"advance_seconds": seconds})["now"])

    def people(self, vendor: str, door: str, **body: Any) -> dict[str, Any]:
        """Walk through a person's side door."""
        done: dict[str, Any] = self._send("POST", f"/_sandbox/people/{vendor}/{door}", body)
        return done

    def _send(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.url + path, data, {"Content-Type": "application/json"}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return json.loads(reply.read())
        except urllib.error.HTTPError as error:
            raise ControlRefused(error.read().decode("utf-8", "replace")) from error
