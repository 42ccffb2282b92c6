"""One sandbox for all Google tests, empty before each, and a client that wears no gloves."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from outreach_sandbox.kernel.clock import Clock
from outreach_sandbox.kernel.server import Running, running

BOOK = "book-1"


class Raw:
    """Plain HTTP against the Google port."""

    def __init__(self, sandbox: Running, token: str = "anyone") -> None:
        self.sandbox = sandbox
        self.token = token
        self.headers: dict[str, str] = {}

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, Any]:
        """Status and decoded answer."""
        text = urlencode(query, doseq=True)
        url = f"{self.sandbox.google_url}{quote(path)}" + (f"?{text}" if text else "")
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, method=method)
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                return reply.status, self._decoded(reply)
        except urllib.error.HTTPError as error:
            return error.code, self._decoded(error)

    def _decoded(self, reply: Any) -> Any:
        self.headers = {name.lower(): value for name, value in reply.headers.items()}
        text = reply.read()
        if "json" not in self.headers.get("content-type", ""):
            return text.decode()
        return json.loads(text)

    def ok(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """The answer of a call that must succeed."""
        status, answer = self.call(method, path, body, **query)
        assert 200 == status, answer
        return answer

    def values(self, cells: str, **query: Any) -> Any:
        """The values of a range, None where the answer has none."""
        return self.ok("GET", f"/v4/spreadsheets/{BOOK}/values/{cells}", **query).get("values")

    def put(self, cells: str, rows: list[list[Any]], option: str = "RAW") -> Any:
        """values.update."""
        path = f"/v4/spreadsheets/{BOOK}/values/{cells}"
        return self.ok("PUT", path, {"values": rows}, valueInputOption=option)

    def batch(self, *requests: dict[str, Any]) -> list[Any]:
        """batchUpdate; returns the replies."""
        path = f"/v4/spreadsheets/{BOOK}:batchUpdate"
        found: list[Any] = self.ok("POST", path, {"requests": list(requests)})["replies"]
        return found

    def refused(self, *requests: dict[str, Any]) -> str:
        """The message of a batchUpdate that is refused with 400."""
        path = f"/v4/spreadsheets/{BOOK}:batchUpdate"
        status, answer = self.call("POST", path, {"requests": list(requests)})
        assert 400 == status, answer
        return str(answer["error"]["message"])

    def file(self) -> dict[str, Any]:
        """Drive's view of the spreadsheet."""
        fields = "modifiedTime,version,trashed,name,lastModifyingUser"
        found: dict[str, Any] = self.ok("GET", f"/drive/v3/files/{BOOK}", fields=fields)
        return found


def seed(values: list[list[Any]] | None = None, **more: Any) -> dict[str, Any]:
    """One spreadsheet with one tab."""
    tab = {"title": "Sheet1", "values": values or []}
    book = {"id": BOOK, "title": "Book", "sheets": [tab], **more.pop("book", {})}
    return {"google": {"spreadsheets": [book]}, "switches": more.pop("switches", {})}


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[Running]:
    """The one sandbox of the session, on a clock that moves only when told."""
    with running(clock=Clock(manual=True)) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: Running) -> Running:
    """The sandbox with one empty spreadsheet."""
    shared_sandbox.control.reset(seed())
    return shared_sandbox


@pytest.fixture
def raw(sandbox: Running) -> Raw:
    """A client without a library."""
    return Raw(sandbox)
