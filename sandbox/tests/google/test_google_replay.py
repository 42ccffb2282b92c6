"""Replays recorded calls of the real service against a sandbox, with ids mapped.

Rule: an answer is compared whole; only what two runs of the real service would differ in is
left out, and each such key is named here.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from outreach_sandbox.google.cells import Cell, written
from outreach_sandbox.google.grid import Sheet
from outreach_sandbox.google.reading import Reader
from outreach_sandbox.google.store import Book
from outreach_sandbox.kernel.clock import DEFAULT_START
from outreach_sandbox.kernel.server import running

ROOT = Path(__file__).resolve().parents[3]
HERE = ROOT.parent / "shared" / "truth"
FOLDER = Path(os.environ.get("OUTREACH_TRUTH", HERE)) / "google-sheets"
# chosen by the service, different in every run
CHOSEN = {"namedRangeId", "protectedRangeId", "createdTime", "modifiedTime", "spreadsheetUrl"}
# added to the service after the recordings were made
LATER = {"commentUpdateState"}


def recordings() -> dict[tuple[str, int], list[dict[str, Any]]]:
    """The recorded calls by (test, session)."""
    found: dict[tuple[str, int], list[dict[str, Any]]] = {}
    with (FOLDER / "interactions.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            call = json.loads(line)
            found.setdefault((call["test"], call["session"]), []).append(call)
    return found


class Replay:
    """One recorded session; learns which ids of ours stand for the recorded ones."""

    def __init__(self, google_url: str) -> None:
        self.host = google_url.removeprefix("http://")
        self.token = self._token()
        self.ids: dict[str, str] = {}

    def _token(self) -> str:
        """A token of the account the recordings were made with."""
        claims = {"iss": "sa@project.iam.gserviceaccount.com", "iat": 0, "exp": 60}
        claims["aud"] = "https://oauth2.googleapis.com/token"
        parts = [json.dumps(part).encode() for part in ({"alg": "RS256"}, claims, "unsigned")]
        assertion = ".".join(base64.urlsafe_b64encode(part).decode() for part in parts)
        grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
        form = urlencode({"grant_type": grant, "assertion": assertion})
        connection = http.client.HTTPConnection(self.host, timeout=10)
        connection.request("POST", "/token", form)
        token = str(json.loads(connection.getresponse().read())["access_token"])
        connection.close()
        return token

    def differences(self, calls: list[dict[str, Any]]) -> Iterator[str]:
        """One line per call whose answer is not the recorded one."""
        for call in calls:
            status, body = self._send(call)
            self._learn(call["response_body"], body)
            expected = self._mapped(strip(call["response_body"]))
            if (status, strip(body)) != (call["status"], expected):
                yield (
                    f"{call['test']}#{call['seq']} {call['method']} {call['path']}: "
                    f"{call['status']} {status} "
                    + "; ".join(list(_paths(expected, strip(body)))[:3])
                )

    def _send(self, call: dict[str, Any]) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(self.host, timeout=10)
        path = (
            quote(self._mapped(call["path"]))
            + "?"
            + urlencode([tuple(pair) for pair in call["query"]])
        )
        body = self._mapped(call["request_body"])
        data = None if body is None else json.dumps(body)
        connection.request(call["method"], path, data, {"Authorization": f"Bearer {self.token}"})
        reply = connection.getresponse()
        text = reply.read()
        connection.close()
        return reply.status, json.loads(text) if text else None

    def _mapped(self, value: Any) -> Any:
        text = json.dumps(value, ensure_ascii=False)
        for recorded, ours in self.ids.items():
            text = re.sub(rf"(?<![0-9A-Za-z_]){re.escape(recorded)}(?![0-9A-Za-z_])", ours, text)
        return json.loads(text)

    def _learn(self, recorded: Any, ours: Any) -> None:
        if isinstance(recorded, dict) and isinstance(ours, dict):
            for key in ("id", "sheetId", "namedRangeId", "protectedRangeId"):
                one, other = recorded.get(key), ours.get(key)
                if one and other and one != other:
                    self.ids[str(one)] = str(other)
            for key in recorded.keys() & ours.keys():
                self._learn(recorded[key], ours[key])
        if isinstance(recorded, list) and isinstance(ours, list):
            for one, other in zip(recorded, ours, strict=False):
                self._learn(one, other)


def strip(value: Any) -> Any:
    """An answer without what two runs differ in."""
    if isinstance(value, dict):
        return {k: strip(v) for k, v in value.items() if k not in CHOSEN | LATER}
    return [strip(item) for item in value] if isinstance(value, list) else value


def _paths(expected: Any, got: Any, at: str = "") -> Iterator[str]:
    """Where two answers differ."""
    if isinstance(expected, dict) and isinstance(got, dict):
        for key in expected.keys() | got.keys():
            yield from _paths(expected.get(key), got.get(key), f"{at}.{key}")
    elif isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        for number, (one, other) in enumerate(zip(expected, got, strict=True)):
            yield from _paths(one, other, f"{at}[{number}]")
    elif expected != got:
        yield f"{at}: expected {json.dumps(expected)[:200]} got {json.dumps(got)[:200]}"


needs_recordings = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the recorded answers are not on this machine (OUTREACH_TRUTH)"
)


@needs_recordings
def test_every_recorded_call_is_answered_as_google_did() -> None:
    """All recorded sessions, replayed whole, give the recorded answers."""
    switches = {"google.read_quota": 0, "google.write_quota": 0}
    with running(switches=switches) as sandbox:
        found = [
            line
            for calls in recordings().values()
            for line in Replay(sandbox.google_url).differences(calls)
        ]

    assert [] == found


@needs_recordings
def test_every_recorded_value_is_converted_as_google_did() -> None:
    """What was written reads back as it did at Google, for every pair of options."""
    book = Book("id", "t", DEFAULT_START, DEFAULT_START, sheets=[Sheet(0, "Sheet1")])
    wrong = []
    for case in json.loads((FOLDER / "value_conversions.json").read_text(encoding="utf-8")):
        typed = case["input_option"] == "USER_ENTERED"
        cell = written(Cell(), case["written"], typed=typed, locale="en_US")
        book.sheets[0].put(0, {0: cell})
        reader = Reader(book, case["render"], case["datetime_render"])
        got = [reader.rendered(book.sheets[0], 0, 0, cell)]
        if got != case["read"]:
            wrong.append((case, got))

    assert [] == wrong
