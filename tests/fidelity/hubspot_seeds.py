"""What a recorded HubSpot session presupposes, read off its own calls and answers.

| # | a call shows | planted |
|---|---|---|
| 1 | a record it did not make | the record with its properties and times |
| 2 | a cursor to a next page | a record that the next page begins with |
| 3 | an id at an end of an association | an empty record, unless the answer calls it invalid |
| 4 | the associations of a record | those |
| 5 | a search by an associated record | the association of each hit |
| 6 | owners | those |
| 7 | lists, and who is on one | those, and as many others as the totals tell |
| 8 | a list it made, by its number | one with the number before, as numbers go on |
| 9 | the app that wrote | the app's id |
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from fidelity.recording import Recorded

PLURALS = {
    "0-1": "contacts",
    "0-2": "companies",
    "0-3": "deals",
    "0-5": "tickets",
    "0-27": "tasks",
    "0-46": "notes",
    "0-47": "meetings",
    "0-48": "calls",
    "0-49": "emails",
}
SINGULARS = {"companies": "company"} | {p: p[:-1] for p in PLURALS.values() if p != "companies"}
STAMPS = ("createdate", "hs_createdate", "hs_object_id")
# https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide: type id -> the other end
ENDS = {16: "contacts", 339: "companies", 28: "deals", 230: "tickets", 204: "contacts"}
ENDS |= {192: "companies", 216: "deals"}


def plural(spelling: str) -> str:
    """The object of a path as a seed calls it."""
    low = spelling.lower()
    if low in PLURALS:
        return PLURALS[low]
    return low if low in SINGULARS else {s: p for p, s in SINGULARS.items()}.get(low, low)


@dataclass
class Seed:
    """Records by object and id, associations, owners and lists."""

    records: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)
    associations: list[dict[str, Any]] = field(default_factory=list)
    owners: list[dict[str, Any]] = field(default_factory=list)
    lists: dict[int, dict[str, Any]] = field(default_factory=dict)
    app: str | None = None

    def record(self, kind: str, record_id: Any, body: dict[str, Any] | None = None) -> None:
        """(1), (2), (3): the first that shows a record with properties says what it is."""
        if not str(record_id).isdigit() or str(record_id) in self.made:
            return
        known = self.records.setdefault((kind, int(record_id)), {"id": str(record_id)})
        shown = (body or {}).get("properties") or {}
        if shown and "properties" not in known:
            known["properties"] = {
                n: v for n, v in shown.items() if v is not None and n not in STAMPS
            }
            known["createdate"] = (body or {}).get("createdAt")

    def associate(self, kind: str, one: Any, other_kind: str, other: Any, *, primary: bool) -> None:
        """(4), (5)."""
        self.record(kind, one)
        self.record(other_kind, other)
        ends = {"object": kind, "id": one, "to_object": other_kind, "to_id": other}
        self.associations.append({**ends, "primary": primary})

    def as_seed(self) -> dict[str, Any]:
        """The seed of the sandbox."""
        found: dict[str, Any] = {"associations": self.associations, "owners": self.owners}
        for (kind, _), record in sorted(self.records.items(), key=lambda item: item[0]):
            record.setdefault("properties", {})
            found.setdefault(kind, []).append({k: v for k, v in record.items() if v is not None})
        found["lists"] = [self.lists[number] for number in sorted(self.lists)]
        return found | ({"app_id": self.app} if self.app else {})


def seed_of(calls: list[Recorded]) -> dict[str, Any]:
    """Everything the session presupposes."""
    seed = Seed()
    seed.made = {str(body["id"]) for call in calls if (body := _made(call))}
    for call in calls:
        if said := re.search(r"'hs_object_source_id': '(\d+)'", str(call.answer.body)):
            seed.app = said[1]  # (9)
        parts = call.path.strip("/").split("/")
        match parts:
            case ["crm", "v3", "objects", kind, *rest]:
                _objects(seed, call, plural(kind), rest)
            case ["crm", "v4", "associations", one, other, "batch", _]:
                _ends(seed, call, plural(one), plural(other))
            case ["crm", "v4", "objects", one, record_id, "associations", other]:
                _links(seed, call, (plural(one), record_id), plural(other))
            case ["crm", "v3", "owners", *_]:
                _owners(seed, call)
            case ["crm", "v3", "lists", *rest]:
                _lists(seed, call, rest, calls)
    return seed.as_seed()


def _made(call: Recorded) -> dict[str, Any] | None:
    body = call.answer.body
    created = call.method == "POST" and call.answer.status == 201
    return body if created and isinstance(body, dict) and "id" in body else None


def _objects(seed: Seed, call: Recorded, kind: str, rest: list[str]) -> None:
    body = call.answer.body if isinstance(call.answer.body, dict) else {}
    for shown in body.get("results") or ([body] if "id" in body else []):
        seed.record(kind, shown["id"], shown)
    after = ((body.get("paging") or {}).get("next") or {}).get("after")
    if after and not rest:  # (2): a cursor of a list is the id after the last one
        seed.record(kind, after)
    for link in (call.body or {}).get("associations") or () if isinstance(call.body, dict) else ():
        seed.record(ENDS[link["types"][0]["associationTypeId"]], link["to"]["id"])
    match rest:
        case [_, "associations", other, other_id, _]:
            seed.record(plural(other), other_id)
        case ["search"]:
            _searched(seed, call, kind, body)


def _searched(seed: Seed, call: Recorded, kind: str, body: dict[str, Any]) -> None:
    groups = [g["filters"] for g in call.body.get("filterGroups") or ()]
    for wanted in [*(call.body.get("filters") or ()), *(f for g in groups for f in g)]:
        name = str(wanted["propertyName"])
        if name.startswith("associations."):
            for shown in body["results"]:
                other = plural(name.partition(".")[2])
                seed.associate(kind, shown["id"], other, wanted["value"], primary=False)
            _unseen(seed, call, (kind, body), (plural(name.partition(".")[2]), wanted["value"]))


def _unseen(seed: Seed, call: Recorded, hits: tuple[str, Any], end: tuple[str, Any]) -> None:
    """Hits before and after this page, as many as its total tells."""
    kind, body = hits
    before = int(call.body.get("after", 0))
    times = [shown["updatedAt"] for shown in body["results"]]
    for number in range(body["total"] - len(body["results"])):
        when = (
            "2023-01-01T00:00:00.001Z"
            if number < before
            else min(times)[:4] + "-01-01T00:00:00.001Z"
        )
        properties = {"hs_lastmodifieddate": when}
        seed.record(kind, 1000 + number, {"properties": properties, "createdAt": when})
        seed.associate(kind, 1000 + number, *end, primary=False)


def _ends(seed: Seed, call: Recorded, one: str, other: str) -> None:
    bad = set(re.findall(r"=(\d+) is not valid", str(call.answer.body)))
    for item in call.body["inputs"]:
        others = item["to"] if isinstance(item["to"], list) else [item["to"]]
        for kind, end in [(one, item["from"]), *((other, each) for each in others)]:
            if str(end["id"]) not in bad:
                seed.record(kind, end["id"])


def _links(seed: Seed, call: Recorded, start: tuple[str, str], other: str) -> None:
    for shown in call.answer.body["results"]:
        primary = any(t["label"] == "Primary" for t in shown["associationTypes"])
        seed.associate(*start, other, shown["toObjectId"], primary=primary)


def _owners(seed: Seed, call: Recorded) -> None:
    asked = dict(call.query).get("email")
    body = call.answer.body
    for shown in body.get("results") or ([body] if "id" in body else []):
        if all(owner["id"] != shown["id"] for owner in seed.owners):
            seed.owners.append(shown | ({"email": asked} if asked else {}))


def _lists(seed: Seed, call: Recorded, rest: list[str], calls: list[Recorded]) -> None:
    made = {c.answer.body["list"]["listId"] for c in calls if _makes_list(c)}
    body = call.answer.body if isinstance(call.answer.body, dict) else {}
    for shown in body.get("lists") or ():
        if shown["listId"] not in made:
            seed.lists[int(shown["listId"])] = _list(shown)
    for number in range(body.get("total", 0) - len(seed.lists) if "hasMore" in body else 0):
        seed.lists[10_000 + number] = {"id": 10_000 + number, "name": f"list {10_000 + number}"}
    if made and not rest:  # (8)
        first = min(map(int, made)) - 1
        seed.lists.setdefault(first, {"id": first, "name": "the one before"})
    match rest:
        case [number, "memberships"]:
            found = seed.lists.setdefault(
                int(number), {"id": int(number), "name": f"list {number}"}
            )
            found["members"] = [
                {"id": m["recordId"], "joined": m["membershipTimestamp"]} for m in body["results"]
            ]
            joined = body["results"][0]["membershipTimestamp"]
            _unlisted(body, found, joined)
            for member in found["members"]:
                seed.record("contacts", member["id"])
        case [_, "memberships", _] if isinstance(call.body, list) and call.answer.status == 200:
            for member in set(call.body) - {int(i) for i in body.get("recordIdsMissing", ())}:
                seed.record("contacts", member)


def _makes_list(call: Recorded) -> bool:
    made = call.method == "POST" and call.path == "/crm/v3/lists" and call.answer.status == 200
    return made and "list" in call.answer.body


def _unlisted(body: dict[str, Any], found: dict[str, Any], joined: str) -> None:
    """Members on the pages after this one; the cursor is the id of the first of them."""
    after = int.from_bytes(base64.b64decode(unquote(body["paging"]["next"]["after"])), "big")
    for number in range(max(body["total"] - len(body["results"]), 1)):
        found["members"].append({"id": str(after + number), "joined": joined})


def _list(shown: dict[str, Any]) -> dict[str, Any]:
    extra = shown.get("additionalProperties") or {}
    facts = {"added": "hs_last_record_added_at", "removed": "hs_last_record_removed_at"}
    return {name: extra[key] for name, key in facts.items() if key in extra} | {
        "made_by": shown["createdById"],
        "changed_by": shown.get("updatedById"),
        "id": int(shown["listId"]),
        "name": shown["name"],
        "processing_type": shown["processingType"],
        "created": shown["createdAt"],
        "updated": shown["updatedAt"],
    }
