"""Sees to it that a test which stands for an endpoint really calls it.

The rule: `covered.toml` cannot claim what no request showed.
"""

from __future__ import annotations

import base64
import hashlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from outreach_sandbox.kernel.journal import Call, Journal

HERE = Path(__file__).parent
COVERED = tomllib.loads((HERE / "covered.toml").read_text(encoding="utf-8"))
FAILED = 400


def promised(node: pytest.Item) -> set[tuple[str, str]]:
    """Return the endpoints a test stands for, as vendor and operation."""
    name = getattr(node, "originalname", node.name)
    here = f"{node.path.relative_to(HERE).as_posix()}::{name}"
    return {
        (vendor, operation)
        for vendor, operations in COVERED.items()
        for operation, row in operations.items()
        if row["test"] == here
    }


@pytest.fixture(autouse=True)
def keeps_its_promise(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Note which endpoints answered well while the test ran, whatever it forgets on its way."""
    expected = promised(request.node)
    called: set[tuple[str, str]] = set()
    record = Journal.record

    def noting(journal: Journal, **facts: Any) -> Call:
        call = record(journal, **facts)
        if call.status is not None and call.status < FAILED:
            called.add((call.vendor, call.operation))
        return call

    if expected:
        monkeypatch.setattr(Journal, "record", noting)
    yield
    assert set() == expected - called


class Person:
    """Somebody in front of a consent page, without a browser."""

    verifier = "v" * 64

    def challenge(self) -> dict[str, str]:
        """What an app sends of its verifier."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        made = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        return {"code_challenge": made, "code_challenge_method": "S256"}

    def look(self, page: str, **asked: str) -> httpx.Response:
        """Open the page."""
        return httpx.get(page, params=asked, timeout=10)

    def press(self, page: str, button: str = "allow", **asked: str) -> dict[str, str]:
        """Press a button, with every box as it is; return what the app is told."""
        shown = self.look(page, **asked)
        assert 200 == shown.status_code, shown.text
        boxes = re.findall(r'name="granted" value="([^"]+)"', shown.text)
        return self.send(page, {"decision": button, "granted": boxes}, **asked)

    def send(self, page: str, form: dict[str, Any], **asked: str) -> dict[str, str]:
        """Send the page's form; return what the app is told."""
        reply = httpx.post(page, params=asked, data=form, timeout=10)
        assert 302 == reply.status_code, reply.text
        return dict(parse_qsl(urlsplit(reply.headers["location"]).query))


@pytest.fixture
def person() -> Person:
    """Somebody in front of a consent page."""
    return Person()
