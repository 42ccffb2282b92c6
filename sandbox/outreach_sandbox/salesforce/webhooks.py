"""An org with the package of `salesforce/` in it: its triggers tell a receiver what changed.

The one rule: what is told is seen in the records, by comparing them with what they were; what the integration's own
user saved is not told, nor an update of no watched field. The wire format is that of salesforce/README.md.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from outreach_sandbox.kernel.outgoing import Habits, Message, Outgoing, Signed

if TYPE_CHECKING:
    from random import Random

    from outreach_sandbox.salesforce.org import Org
    from outreach_sandbox.salesforce.store import Record

Body = dict[str, Any]
MOST_CHANGES = 100
TIMEOUT = 10.0
MINUTES = (1, 3, 6, 10)
WORTH_A_RETRY = (408, 425, 429)
OBJECTS = ("Lead", "Contact")
WATCHED = {
    "Lead": (
        *("FirstName", "LastName", "Company", "Email", "Phone", "Website", "Street", "City"),
        *("Status", "Outreach_Id__c", "Responded__c"),
    ),
    "Contact": (
        *("FirstName", "LastName", "AccountId", "Email", "Phone", "MailingStreet", "MailingCity"),
        *("Outreach_Id__c", "Responded__c"),
    ),
}


@dataclass
class Webhooks:
    """The triggers of one org; silent until there is a key."""

    rng: Random
    url: str = ""
    key: str = ""
    outgoing: Outgoing | None = None
    seen: dict[str, dict[str, Record]] = field(default_factory=dict)

    def subscribe(self, org: Org, body: Body) -> Body:
        """{url, key, minute: how many seconds one lasts between tries}, or {} for silence."""
        if self.outgoing is not None:
            self.outgoing.stop()
        self.outgoing = None
        if body:
            self.url, self.key = str(body["url"]), str(body["key"])
            delays = tuple(minutes * float(body.get("minute", 60.0)) for minutes in MINUTES)
            self.outgoing = Outgoing(self.url, Habits(5, TIMEOUT, delays, _worth_a_retry))
            self.outgoing.start()
            self.look(org)
        return self.report()

    def report(self) -> Body:
        """How far the telling is."""
        return self.outgoing.report() if self.outgoing else {"pending": 0}

    def look(self, org: Org) -> None:
        """Take the records as they are for what they were."""
        self.seen = {name: dict(org.tables[name].records) for name in OBJECTS}

    def tell(self, org: Org) -> None:
        """Tell what changed since the last look."""
        if self.outgoing is None:
            return
        changes = [change for name in OBJECTS for change in self._changes(org, name)]
        self.look(org)
        for start in range(0, len(changes), MOST_CHANGES):
            batch = changes[start : start + MOST_CHANGES]
            self.outgoing.tell(Message(len(batch), self._signer(batch)))

    def _changes(self, org: Org, name: str) -> Iterator[Body]:
        for record in list(org.tables[name].records.values()):
            before = self.seen.get(name, {}).get(record.id)
            if before is record or record.values.get("LastModifiedById") == org.user_id:
                continue
            told = _told(name, before, record)
            if told is not None:
                bits = self.rng.getrandbits(128)
                yield {
                    "eventId": str(uuid.UUID(int=bits, version=4)),
                    "object": name,
                    "id": record.id,
                    "at": org.now().strftime("%Y-%m-%dT%H:%M:%S.") + "000Z",
                    "org": org.org_id,
                    **told,
                }

    def _signer(self, batch: list[Body]) -> Any:
        def sign(tries: int) -> Signed:  # noqa: ARG001 - the same events in every try
            body = json.dumps(batch, separators=(",", ":")).encode()
            stamp = str(time.time_ns() // 1_000_000)
            mac = hmac.new(self.key.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
            headers = {
                "Content-Type": "application/json; charset=utf-8",
                "X-Outreach-Timestamp": stamp,
                "X-Outreach-Signature": f"sha256={mac.hexdigest()}",
            }
            return Signed(body, headers)

        return sign


def _told(name: str, before: Record | None, after: Record) -> Body | None:
    """Return what a trigger makes of a change (the table of `OutreachChangeReader`)."""
    if before is None:
        return {"type": "created"}
    if after.deleted and not before.deleted:
        return {"type": "merged", "masterId": after.master} if after.master else {"type": "deleted"}
    if before.deleted and not after.deleted:
        return {"type": "undeleted"}
    if after.values.get("IsConverted") and not before.values.get("IsConverted"):
        return {"type": "converted", "convertedContactId": after.values["ConvertedContactId"]}
    changed = [n for n in WATCHED[name] if before.values.get(n) != after.values.get(n)]
    return {"type": "updated", "changedFields": changed} if changed else None


def _worth_a_retry(status: int | None) -> bool:
    return status is None or status >= 500 or status in WORTH_A_RETRY
