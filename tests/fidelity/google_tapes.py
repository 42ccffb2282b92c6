"""What was recorded from Google Sheets and Drive, played session by session.

The one rule: the recordings made every file they use, so nothing is planted; the sandbox's quota
is off, as a recording says nothing about how fast its calls came.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from itertools import groupby
from urllib.parse import urlencode

from fidelity.playing import Played, Stage
from fidelity.recording import Answer, Recorded, folder

ROBOT = "sa@project.iam.gserviceaccount.com"


def recorded() -> Iterator[Recorded]:
    """Every call, in order."""
    path = folder() / "google-sheets" / "interactions.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        answer = Answer(
            row["status"], row["response_body"], {"content-type": row["content_type"] or ""}
        )
        yield Recorded(
            "google",
            f"{row['test']}/{row['session']}",
            row["seq"],
            row["method"],
            row["path"],
            tuple((k, v) for k, v in row["query"]),
            row["request_body"],
            answer,
            parsedate_to_datetime(row["date"]),
        )


def play(stage: Stage) -> Iterator[Played]:
    """Every call with the endpoint it met here and our answer to it."""
    for _, calls in groupby(recorded(), key=lambda call: call.session):
        listed = list(calls)
        off = {"google.read_quota": 0, "google.write_quota": 0}
        stage.reset(_earliest(listed), {}, **off)
        token = sign_in(stage)
        for call in listed:
            stage.move_to(call.at)
            operation, answer = stage.call(call, {"Authorization": f"Bearer {token}"})
            stage.ids.learn(call.answer.body, answer.body)
            yield Played(call, operation, answer)


def _earliest(calls: list[Recorded]) -> datetime | None:
    return min((call.at for call in calls if call.at), default=None)


def sign_in(stage: Stage) -> str:
    """A token of the account that the recordings were made with."""
    claims = {"iss": ROBOT, "iat": 0, "exp": 60, "aud": "https://oauth2.googleapis.com/token"}
    parts = [json.dumps(part).encode() for part in ({"alg": "RS256"}, claims, "unsigned")]
    assertion = ".".join(base64.urlsafe_b64encode(part).decode() for part in parts)
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    form = urlencode({"grant_type": grant, "assertion": assertion})
    reply = stage.http.request(
        "POST",
        "/token",
        content=form,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    return str(reply.json()["access_token"])
