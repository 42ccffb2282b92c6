"""HubSpot as the one who calls: webhooks of contacts.

The one rule: what is told is seen in the records themselves, by comparing them with what they were, so that nothing
that changes a record has to know of it.

    1  a record that was not there          creation, and a propertyChange for each value
    2  a write since                        a propertyChange for each value, with the writer's source
    3  archived, or back from there         deletion, restore
    4  merged away                          merge, of the two into the new one
    5  gone altogether                      privacyDeletion, and a deletion too

https://developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from outreach_sandbox.kernel.outgoing import Habits, Message, Outgoing, Signed

if TYPE_CHECKING:
    from random import Random

    from outreach_sandbox.hubspot.portal import Kind, Portal
    from outreach_sandbox.hubspot.store import Record

Body = dict[str, Any]
MOST_EVENTS = 100
PARALLEL = 10
TIMEOUT = 5.0
RETRIES = 10
# properties that nobody can subscribe to, and those that only the account's own clockwork writes
NOT_TOLD = ("hs_lastmodifieddate", "lastmodifieddate", "hs_object_id", "createdate")
ALL = (
    *("contact.creation", "contact.deletion", "contact.propertyChange", "contact.merge"),
    *("contact.restore", "contact.privacyDeletion"),
)


@dataclass(frozen=True)
class _Seen:
    """What a record was when it was last looked at."""

    writes: int
    archived: bool
    merged_into: int | None


@dataclass
class Subscriptions:
    """Who is told what, and how the account's habits are bent for a test."""

    url: str
    secret: str
    types: tuple[str, ...] = ALL
    batch: int = MOST_EVENTS
    shuffled: bool = False
    copies: int = 1
    kept_back: float = 0.0  # this part of all events is never sent


@dataclass
class Webhooks:
    """The webhooks of one account; off until somebody subscribes."""

    rng: Random
    wanted: Subscriptions | None = None
    outgoing: Outgoing | None = None
    seen: dict[int, _Seen] = field(default_factory=dict)
    last_event: int = 531_833_540

    def subscribe(self, portal: Portal, body: Body) -> Body:
        """{url, secret, types?, batch?, shuffled?, copies?, kept_back?, retry_seconds?}, or {} for nobody."""
        if self.outgoing is not None:
            self.outgoing.stop()
        self.wanted = self.outgoing = None
        if body:
            fields = {n: body[n] for n in Subscriptions.__dataclass_fields__ if n in body}
            self.wanted = Subscriptions(**fields)
            delays = (float(body.get("retry_seconds", 60.0)),) * RETRIES
            habits = Habits(PARALLEL, TIMEOUT, delays, lambda status: True)  # noqa: ARG005
            self.outgoing = Outgoing(self.wanted.url, habits)
            self.outgoing.start()
            self.look(portal.kind("contacts"))
        return self.report()

    def report(self) -> Body:
        """How far the telling is."""
        return self.outgoing.report() if self.outgoing else {"pending": 0}

    def look(self, contacts: Kind) -> None:
        """Take the records as they are for what they were."""
        self.seen = {record.id: _seen(record) for record in contacts.store.records.values()}

    def tell(self, portal: Portal) -> None:
        """Tell what happened since the last look."""
        if self.wanted is None or self.outgoing is None:
            return
        contacts = portal.kind("contacts")
        events = [self._event(portal, one) for one in self._happened(portal, contacts)]
        self.look(contacts)
        events = [e for e in events if e["subscriptionType"] in self.wanted.types]
        events = [e for e in events if self.rng.random() >= self.wanted.kept_back]
        events *= self.wanted.copies
        if self.wanted.shuffled:
            self.rng.shuffle(events)
        for start in range(0, len(events), self.wanted.batch):
            batch = events[start : start + self.wanted.batch]
            self.outgoing.tell(Message(len(batch), _signer(self.wanted, batch)))

    def _happened(self, portal: Portal, contacts: Kind) -> Iterator[Body]:
        for record in list(contacts.store.records.values()):
            before = self.seen.get(record.id)
            if before is None:
                if not record.properties.get("hs_merged_object_ids"):
                    yield {"subscriptionType": "contact.creation", "objectId": record.id,
                           "changeFlag": "CREATED", **_source(record)}  # fmt: skip
                before = _Seen(0, archived=False, merged_into=None)
            yield from _writes(record, before.writes)  # 1, 2
            yield from self._ends(record, before, portal)
        for gone in self.seen.keys() - contacts.store.records.keys():  # 5
            for verb in ("privacyDeletion", "deletion"):
                yield {"subscriptionType": f"contact.{verb}", "objectId": gone,
                       "changeFlag": "DELETED", "changeSource": "CRM_UI"}  # fmt: skip

    def _ends(self, record: Record, before: _Seen, portal: Portal) -> Iterator[Body]:
        is_archived = record.archived_ms is not None
        if is_archived != before.archived:  # 3
            verb = "deletion" if is_archived else "restore"
            yield {"subscriptionType": f"contact.{verb}", "objectId": record.id,
                   "changeSource": "CRM_UI"}  # fmt: skip
        if record.merged_into is not None and before.merged_into is None:  # 4
            winner = portal.kind("contacts").store.records[record.merged_into]
            merged = [int(i) for i in winner.properties["hs_merged_object_ids"].split(";")]
            if record.id == merged[0]:
                yield {"subscriptionType": "contact.merge", "objectId": winner.id,
                       "primaryObjectId": merged[0], "mergedObjectIds": merged[1:],
                       "newObjectId": winner.id, "numberOfPropertiesMoved": 1,
                       "changeSource": "CRM_UI"}  # fmt: skip

    def _event(self, portal: Portal, told: Body) -> Body:
        self.last_event += 1
        return {
            "eventId": self.last_event,
            "subscriptionId": 3_923_621,
            "portalId": portal.id,
            "appId": portal.app_id,
            "occurredAt": int(portal.clock.now().timestamp() * 1000),
            "attemptNumber": 0,
            **told,
        }


def _seen(record: Record) -> _Seen:
    return _Seen(len(record.log), record.archived_ms is not None, record.merged_into)


def _source(record: Record) -> Body:
    source = record.log[-1].source
    return {"changeSource": source.type, "sourceId": source.id}


def _writes(record: Record, told: int) -> Iterator[Body]:
    for write in record.log[told:]:
        for name, value in write.values.items():
            if name not in NOT_TOLD:
                yield {"subscriptionType": "contact.propertyChange", "objectId": record.id,
                       "propertyName": name, "propertyValue": value,
                       "changeSource": write.source.type, "sourceId": write.source.id}  # fmt: skip


def _signer(wanted: Subscriptions, batch: list[Body]) -> Any:
    """Sign as the vendor does: v3 over method, address, body and time; v1 beside it.

    https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests
    """

    def sign(tries: int) -> Signed:
        told = [event | {"attemptNumber": tries} for event in batch]
        body = json.dumps(told, separators=(",", ":")).encode()
        stamp = str(time.time_ns() // 1_000_000)
        key = wanted.secret.encode()
        whole = b"POST" + wanted.url.encode() + body + stamp.encode()
        v3 = base64.b64encode(hmac.digest(key, whole, "sha256")).decode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "HubSpot Connect 2.0 (http://dev.hubspot.com/)",
            "X-HubSpot-Request-Timestamp": stamp,
            "X-HubSpot-Signature-v3": v3,
            "X-HubSpot-Signature-Version": "v1",
            "X-HubSpot-Signature": hashlib.sha256(key + body).hexdigest(),
        }
        return Signed(body, headers)

    return sign
