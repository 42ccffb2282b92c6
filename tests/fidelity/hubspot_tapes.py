"""What was recorded from HubSpot: one long sequence of a company export, and many short sessions.

The one rule: what a session reads or names and did not make is planted as the answers show it, at
the time they show; what was recorded as refused for its rate is refused for its rate here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from itertools import groupby
from urllib.parse import parse_qsl, urlsplit

from fidelity.hubspot_seeds import seed_of
from fidelity.playing import Played, Stage
from fidelity.recording import Answer, Recorded, folder

FORM = {"grant_type": "refresh_token", "client_id": "a", "client_secret": "b", "refresh_token": "r"}
# masked at the source; ours stands for it
PORTAL = "8675309"
LIFE = timedelta(minutes=25)
STEP_SECONDS = 0.25
SETTLED = timedelta(seconds=30)
OFTEN = 1000


def exported() -> Iterator[Recorded]:
    """The company export: the order and the time of every call were kept."""
    path = folder() / "hubspot" / "grouparoo" / "export-records-companies__COMPANY.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        asked, said = row["request"], row["response"]
        yield Recorded(
            "hubspot",
            "company-export",
            row["seq"],
            asked["method"],
            asked["path"],
            (),
            asked["body"],
            Answer(said["status"], said.get("body") or None, said["headers"]),
            parsedate_to_datetime(said["headers"]["date"]),
        )


def sessions(pattern: str) -> Iterator[Recorded]:
    """The short sessions, one after the other."""
    for path in sorted((folder() / "hubspot" / "vcr-captaincontrat").glob(pattern)):
        rows = json.loads(path.read_text(encoding="utf-8").replace("<PORTAL_ID>", PORTAL))[
            "interactions"
        ]
        for number, row in enumerate(rows):
            asked, said = row["request"], row["response"]
            parts = urlsplit(asked["url"])
            yield Recorded(
                "hubspot",
                f"{path.stem.split('__')[-1]}/{row['cassette']}",
                number,
                asked["method"],
                parts.path,
                tuple(parse_qsl(parts.query, keep_blank_values=True)),
                asked["body"],
                Answer(said["status"], said["body"], said["headers"]),
                parsedate_to_datetime(row["recorded_at"]),
            )


def play(stage: Stage) -> Iterator[Played]:
    """Every call with the endpoint it met here and our answer to it."""
    yield from _play_export(stage)
    for pattern in ("v3v4__*.json", "legacy_v1__*.json"):
        for _, calls in groupby(sessions(pattern), key=lambda call: call.session):
            yield from _play_session(stage, list(calls))


def _play_export(stage: Stage) -> Iterator[Played]:
    calls = list(exported())
    stage.reset(calls[0].at, {"auth": {"limits": {"search_secondly": OFTEN}}})
    keys, written = _Keys(stage), None
    for call in calls:
        stage.move_to(call.at, STEP_SECONDS)
        with_limit(stage, 0 if call.answer.status == 429 else OFTEN)
        operation, answer = stage.call(call, keys.like(call))
        stage.ids.learn(call.answer.body, answer.body)
        search = call.path.endswith("/search")
        lagging = search and written is not None and call.at - written <= SETTLED
        yield Played(call, operation, answer, lagging)
        written = written if search else call.at


def _play_session(stage: Stage, calls: list[Recorded]) -> Iterator[Played]:
    stage.reset(min(call.at for call in calls if call.at), seed_of(calls))
    keys = _Keys(stage)
    for call in calls:
        stage.move_to(call.at)
        operation, answer = stage.call(call, keys.like(call))
        stage.ids.learn(call.answer.body, answer.body)
        yield Played(call, operation, answer)


def with_limit(stage: Stage, searches: int) -> None:
    """Allow so many searches a second from now on: the recording says which were too many."""
    counters = stage.world.services["hubspot"].contents().limits
    counters.allowed = replace(counters.allowed, search=searches)


class _Keys:
    """The kind of key a call was recorded with; a private app's answers tell its daily limit."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._token: str | None = None
        self._until = stage.world.clock.now()

    def like(self, call: Recorded) -> dict[str, str]:
        if "x-hubspot-ratelimit-daily" in (call.answer.headers or {}):
            return {"Authorization": "Bearer pat-na1-recorded"}
        now = self._stage.world.clock.now()
        if self._token is None or now >= self._until:
            reply = self._stage.http.request("POST", "/oauth/v1/token", data=FORM)
            self._token, self._until = reply.json()["access_token"], now + LIFE
        return {"Authorization": f"Bearer {self._token}"}
