"""Recorded company calls, played against the emulator on the clock of the recording.

The one rule: ids and times differ; statuses, keys, values of sent properties and, once the index
has caught up, which records a search finds do not.
"""

from __future__ import annotations

import json
from datetime import datetime
from email.utils import parsedate_to_datetime

import pytest

# HubSpot filled this one in from its own knowledge of the domain
ENRICHED = ("twitterhandle", "DEMO")
SETTLED_SECONDS = 30


@pytest.fixture
def tape(truth):
    """Every call of the recording, in order."""
    path = truth / "grouparoo" / "export-records-companies__COMPANY.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


def put_ids(body, ids):
    """The request with our ids in place of the recorded ones."""
    text = json.dumps(body)
    for theirs, ours in ids.items():
        text = text.replace(f'"{theirs}"', f'"{ours}"')
    return json.loads(text)


def same_write(ours, theirs, sent):
    """One written record beside the recorded one: at least its keys, and what was sent."""
    assert set(theirs["properties"]) - set(ours["properties"]) == set()
    for name in {n for item in sent for n in item["properties"]} & set(theirs["properties"]):
        assert ours["properties"][name] == theirs["properties"][name]
    assert {n: type(v) for n, v in theirs.items()}.items() <= {
        n: type(v) for n, v in ours.items()
    }.items()


def replay(account, tape):
    """Play every call that was not refused for its rate; return how many of each were compared."""
    compared = {"search": 0, "write": 0}
    ids, written, clock = {}, None, None
    for call in tape:
        request, response = call["request"], call["response"]
        at = parsedate_to_datetime(response["headers"]["date"])
        account.advance(max(0.25, (at - clock).total_seconds() if clock else 0))
        clock = at
        if response["status"] == 429:
            continue
        reply = account.call(request["method"], request["path"], json=put_ids(request["body"], ids))
        assert reply.status_code == response["status"], (call["seq"], reply.text)
        if response["status"] == 204:
            written = at
            continue
        theirs = response["body"]["results"]
        if request["path"].endswith("/search"):
            settled = written is None or (at - written).total_seconds() > SETTLED_SECONDS
            compared["search"] += same_search(reply.json(), response["body"], ids, settled)
            continue
        written = at
        compared["write"] += same_writes(reply.json()["results"], theirs, request, ids)
    return compared


def same_writes(ours, theirs, request, ids):
    assert len(ours) == len(theirs)
    key = "domain"
    by_key = {r["properties"][key]: r for r in ours}
    for recorded in theirs:
        mine = by_key[recorded["properties"][key]]
        ids[recorded["id"]] = mine["id"]
        own = [
            i
            for i in request["body"]["inputs"]
            if i["properties"].get(key) == recorded["properties"][key]
        ]
        same_write(mine, recorded, own)
    return len(theirs)


def same_search(ours, theirs, ids, settled):
    """Once settled the same records with the same properties; before that only the same keys."""
    assert set(theirs) - {"paging"} <= set(ours)
    if not settled:
        return 0
    assert {r["id"] for r in ours["results"]} == {ids[r["id"]] for r in theirs["results"]}
    by_id = {r["id"]: r for r in ours["results"]}
    for recorded in theirs["results"]:
        mine = by_id[ids[recorded["id"]]]
        assert set(mine["properties"]) == set(recorded["properties"])
        own = {
            n: v
            for n, v in recorded["properties"].items()
            if not is_stamp(v) and n != "hs_object_id" and (n, v) != ENRICHED
        }
        assert {n: mine["properties"][n] for n in own} == own
    return 1


def is_stamp(value):
    try:
        return isinstance(value, str) and "T" in value and bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def test_recorded_company_calls_are_answered_alike(start, tape):
    """All 244 calls that were not refused for their rate."""
    account = start(
        auth={"limits": {"search_secondly": 1000}},
    )
    compared = replay(account, tape)
    assert compared["write"] >= 22
    assert compared["search"] >= 20
