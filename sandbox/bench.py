"""Measures the sandbox: batch calls per second, and what ten, a hundred and a thousand times more records cost.

Rule: it only prints figures and asserts none; a machine under load would fail nobody. `make bench` runs it.
The sandbox is a process of its own, as it is for the sync, and the callers are two threads of this one.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from outreach_sandbox.kernel.world import World

CALLERS = 2
SIZE = 100
BOOK = "bench"
PRIVATE_APP = "pat-na1-bench"
NO_LIMITS = {"ten_secondly": 10**9, "search_secondly": 10**9, "daily": 10**9}
HEADER = ["Business Name", "Email", "Phone", "Status"]


def contact(number: int) -> dict[str, str]:
    """One contact of the seed."""
    return {
        "email": f"p{number}@example.com",
        "firstname": "Pat",
        "lastname": f"Example {number}",
        "phone": f"+1 555 01{number % 100:02d}",
    }


def lead(number: int) -> dict[str, str]:
    """One lead of the seed."""
    return {
        "LastName": f"Example {number}",
        "Company": f"Business {number}",
        "Email": f"p{number}@example.com",
    }


def row(number: int) -> list[str]:
    """One row of the seed's sheet."""
    return [f"Business {number}", f"p{number}@example.com", "+1 555 0100", "Draft"]


def seed_of(google: int = 0, hubspot: int = 0, salesforce: int = 0) -> dict[str, Any]:
    """A seed with so many rows, contacts and leads, and no limit that would slow a caller down."""
    tab = {
        "title": "Businesses",
        "rows": google + 100,
        "values": [HEADER, *map(row, range(google))],
    }
    return {
        "google": {"spreadsheets": [{"id": BOOK, "title": "Bench", "sheets": [tab]}]},
        "hubspot": {
            "contacts": [{"id": 10**6 + n, "properties": contact(n)} for n in range(hubspot)],
            "auth": {"limits": NO_LIMITS},
        },
        "salesforce": {
            "leads": [lead(n) for n in range(salesforce)],
            "org": {"daily_api_requests": 10**9},
        },
        "switches": {"google.read_quota": 0, "google.write_quota": 0, "google.drive_quota": 0},
    }


@dataclass
class Line:
    """A connection that stays open, with a token."""

    connection: http.client.HTTPConnection
    token: str = ""

    def __enter__(self) -> Self:
        """Itself, to be closed at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self.connection.close()

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> Any:
        """One call; whatever is refused ends the measurement."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        self.connection.request(method, path, body, headers)
        reply = self.connection.getresponse()
        found = reply.read()
        if reply.status >= 300:
            raise SystemExit(f"{method} {path}: {reply.status} {found[:300]!r}")
        return found

    def sign_in(self, path: str, **grant: str) -> Line:
        """Get a token and keep it."""
        body = urlencode({"client_id": "a", "client_secret": "b", **grant}).encode()
        found = self.ask("POST", path, body, "application/x-www-form-urlencoded")
        self.token = json.loads(found)["access_token"]
        return self


def line(url: str, token: str = "") -> Line:
    """A new connection."""
    return Line(http.client.HTTPConnection(urlsplit(url).netloc, timeout=60), token)


@contextlib.contextmanager
def serving(seed: dict[str, Any]) -> Iterator[dict[str, str]]:
    """A sandbox in a process of its own; gives its addresses."""
    with tempfile.TemporaryDirectory() as folder:
        ports, file = Path(folder) / "ports.json", Path(folder) / "seed.json"
        file.write_text(json.dumps(seed))
        command = [sys.executable, "-m", "outreach_sandbox.cli", "serve", "--seed", str(file)]
        command += ["--ports-file", str(ports)]
        for name in ("google", "hubspot", "salesforce", "control"):
            command += [f"--{name}-port", "0"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            while not ports.exists() and process.poll() is None:
                time.sleep(0.05)
            yield json.loads(ports.read_text())
        finally:
            process.terminate()
            process.wait(10)


def rate(callers: list[Callable[[int], Any]], calls: int) -> float:
    """Calls per second of all callers together."""

    def work(index: int) -> None:
        for number in range(index, calls, len(callers)):
            callers[index](number)

    began = time.perf_counter()
    with ThreadPoolExecutor(len(callers)) as pool:
        list(pool.map(work, range(len(callers))))
    return calls / (time.perf_counter() - began)


def batch(number: int, count: int) -> range:
    """The hundred records of one call."""
    start = number * SIZE % count
    return range(start, start + SIZE)


def hubspot_calls(count: int) -> Iterator[tuple[str, str, Callable[[int], Any]]]:
    """Name, path and body of each kind of batch call."""
    yield (
        "HubSpot batch/read",
        "read",
        lambda n: {
            "idProperty": "email",
            "properties": ["email", "phone", "firstname"],
            "inputs": [{"id": contact(i)["email"]} for i in batch(n, count)],
        },
    )
    yield (
        "HubSpot batch/update",
        "update",
        lambda n: {
            "inputs": [
                {"id": str(10**6 + i), "properties": {"phone": f"+1 555 {n:04d}"}}
                for i in batch(n, count)
            ]
        },
    )
    yield (
        "HubSpot batch/create",
        "create",
        lambda n: {"inputs": [{"properties": contact(count + n * SIZE + i)} for i in range(SIZE)]},
    )


def measure_batches(count: int, calls: int) -> Iterator[tuple[str, float]]:
    """How many batch calls of 100 per second each vendor answers."""
    with serving(seed_of(count, count, count)) as urls:
        lines = [line(urls["hubspot"], PRIVATE_APP) for _ in range(CALLERS)]
        for name, path, body in hubspot_calls(count):
            bodies = [json.dumps(body(n)).encode() for n in range(calls)]
            address = f"/crm/v3/objects/contacts/batch/{path}"
            ask = [lambda n, at=at, b=bodies, a=address: at.ask("POST", a, b[n]) for at in lines]
            yield name, rate(ask, calls)
        yield from _google(urls["google"], count, calls)
        yield from _salesforce(urls["salesforce"], calls)


def _google(url: str, count: int, calls: int) -> Iterator[tuple[str, float]]:
    grant = {"grant_type": "refresh_token", "refresh_token": "c"}
    lines = [line(url).sign_in("/token", **grant) for _ in range(CALLERS)]
    path = f"/v4/spreadsheets/{BOOK}/values:batchUpdate"
    bodies = [
        json.dumps(
            {
                "valueInputOption": "RAW",
                "data": [{"range": f"C{i + 2}", "values": [[f"{n}"]]} for i in batch(n, count)],
            }
        ).encode()
        for n in range(calls)
    ]
    yield (
        "Sheets values:batchUpdate",
        rate([lambda n, at=at: at.ask("POST", path, bodies[n]) for at in lines], calls),
    )


def _salesforce(url: str, calls: int) -> Iterator[tuple[str, float]]:
    lines = [
        line(url).sign_in("/services/oauth2/token", grant_type="client_credentials")
        for _ in range(CALLERS)
    ]
    kind = {"attributes": {"type": "Lead"}}
    bodies = [
        json.dumps(
            {"records": [{**kind, **lead(10**7 + n * SIZE + i)} for i in range(SIZE)]}
        ).encode()
        for n in range(calls)
    ]
    path = "/services/data/v60.0/composite/sobjects"
    yield (
        "Salesforce sobjects create",
        rate([lambda n, at=at: at.ask("POST", path, bodies[n]) for at in lines], calls),
    )


def measure_growth(sizes: list[int]) -> Iterator[tuple[str, list[float]]]:
    """Seconds to plant so many, per vendor."""
    for vendor in ("google", "hubspot", "salesforce"):
        took = []
        for size in sizes:
            seed = seed_of(**{vendor: size})
            began = time.perf_counter()
            World(seed=seed)
            took.append(time.perf_counter() - began)
        yield vendor, took


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=10_000, help="in each vendor, for the calls")
    parser.add_argument("--calls", type=int, default=200, help="of each kind")
    parser.add_argument("--most", type=int, default=100_000, help="the largest world planted")
    asked = parser.parse_args()
    print(f"Batch calls of {SIZE} per second, {CALLERS} callers, {asked.records} records:")
    for name, found in measure_batches(asked.records, asked.calls):
        print(f"  {name:<28}{found:>8.0f}", flush=True)
    sizes = [asked.most // 4, asked.most // 2, asked.most]
    print(f"Seconds to plant {sizes} records:")
    for name, took in measure_growth(sizes):
        print(f"  {name:<12}" + "".join(f"{one:>8.1f}" for one in took), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
