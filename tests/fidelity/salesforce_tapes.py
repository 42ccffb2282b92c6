"""What was recorded from Salesforce orgs, played session by session.

The one rule: what an answer shows and no earlier call made is put there first, by a person; ids
that were masked in the recording are told apart from real ones by their checksum.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from fidelity.async_bodies import data, sent
from fidelity.playing import Played, Stage
from fidelity.recording import Answer, Recorded, folder
from outreach_sandbox.kernel.clock import DEFAULT_START

# until a batch is worked off, where the recording shows that it is
WORKED_SECONDS = 3
TOKEN = "session-of-the-recording"
VERSION = "v62.0"
NEEDED = {
    "Account": {"Name": "x"},
    "Contact": {"LastName": "x"},
    "Lead": {"LastName": "x", "Company": "x"},
}
NEEDED["Opportunity"] = {"Name": "x", "StageName": "Prospecting", "CloseDate": "2026-01-01"}


def sessions() -> Iterator[list[Recorded]]:
    """Every recorded session that has calls of its own."""
    for path in sorted((folder() / "salesforce" / "exchanges").glob("*.json")):
        text = path.read_text(encoding="utf-8").replace("vxx.0", VERSION)
        for masked in (f"async/{VERSION}", f"<apiVersion>{VERSION}"):
            text = text.replace(masked, masked.replace("v6", "6"))
        rows = [row for row in json.loads(text) if "request" in row]
        name = path.stem.removeprefix("cumulusci__")
        yield [_recorded(name, number, row) for number, row in enumerate(rows)]


def _recorded(session: str, number: int, row: dict[str, Any]) -> Recorded:
    asked, said = row["request"], row["response"]
    parts = urlsplit(asked["uri"])
    return Recorded(
        "salesforce",
        session,
        number,
        asked["method"],
        parts.path,
        tuple(parse_qsl(parts.query, keep_blank_values=True)),
        sent(asked["body"]),
        Answer(said["status"], data(said["body"])),
    )


def play(stage: Stage) -> Iterator[Played]:
    """Every call with the endpoint it met here and our answer to it."""
    for calls in sessions():
        stage.reset(set_up(calls) or DEFAULT_START, {"auth": {"tokens": [TOKEN]}})
        for call in calls:
            plant(stage, call)
            if "'state': 'Completed'" in str(call.answer.body):
                stage.world.clock.advance(WORKED_SECONDS)
            operation, answer = stage.call(call, {"Authorization": f"Bearer {TOKEN}"})
            answer = replace(answer, body=data(answer.body))
            stage.ids.learn(call.answer.body, answer.body)
            yield Played(call, operation, answer)


def set_up(calls: list[Recorded]) -> datetime | None:
    """When the org was set up, or when the session began, where an answer tells."""
    told = re.search(r"'Last-Modified': '([^']*)'", str([call.answer.body for call in calls]))
    if told is not None:
        return parsedate_to_datetime(told[1])
    made = re.search(r"'createdDate': '([^']*)'", str([call.answer.body for call in calls]))
    return datetime.fromisoformat(made[1]) if made else None


def plant(stage: Stage, call: Recorded) -> None:
    """Records an answer shows or counts, and no earlier call made."""
    body = call.answer.body
    _count(stage, call)
    service = stage.world.services["salesforce"]
    people = service.people()
    for record in _shown(body):
        kind, old = record["attributes"]["type"], record["attributes"]["url"].split("/")[-1]
        if kind == "Organization":
            stage.ids.known[old] = service.desk.org.org_id
        if old in stage.ids.known or kind not in NEEDED:
            continue
        fields = service.desk.org.type_named(kind).fields
        values = {
            n: v for n, v in record.items() if v is not None and n in fields and fields[n].is_("c")
        }
        made = people["create"]({"object": kind, "values": {**NEEDED[kind], **values}})
        stage.ids.known[old] = made["id"]
        stage.ids.known[old[:15]] = made["id"][:15]


def _count(stage: Stage, call: Recorded) -> None:
    """As many records as a count tells, and the lagging numbers of recordCount."""
    org = stage.world.services["salesforce"].desk.org
    people = stage.world.services["salesforce"].people()
    body = call.answer.body
    if call.path.endswith("/recordCount"):
        org.settings["record_counts"] = {each["name"]: each["count"] for each in body["sObjects"]}
    asked = [dict(call.query).get("q", "")]
    told = [body]
    if isinstance(call.body, dict) and "compositeRequest" in call.body:
        asked = [part["url"] for part in call.body["compositeRequest"]]
        told = [part["body"] for part in body["compositeResponse"]]
    for text, answer in zip(asked, told, strict=True):
        if counted := re.search(r"count\((\w*)\) from (\w+)", text):
            number = answer["records"][0]["expr0"] if counted[1] else answer["totalSize"]
            for _ in range(number):
                people["create"]({"object": counted[2], "values": NEEDED[counted[2]]})


def _shown(body: Any) -> Iterator[dict[str, Any]]:
    if isinstance(body, dict):
        for record in body.get("records") or [body]:
            if "url" in record.get("attributes", {}):
                yield record
        for part in body.get("compositeResponse") or ():
            yield from _shown(part["body"])
