"""Reads the messages of our Salesforce package (salesforce/README.md, *Wire format*).

The rule: names and types that are not listed there are left out of account, as it asks for.

    1  created, updated      look at the record
    2  deleted               look at the record: it is gone
    3  undeleted             look at the record: it is back
    4  merged                look at the record and at its master
    5  converted             look at the lead and at the contact it became
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from outreach_adapters.ledger.hints import Hint, HintKind
from outreach_cli.serve.events import Event, entries
from outreach_cli.serve.verdicts import Refused, Verdict
from outreach_core.model import Side

_OBJECTS: Mapping[str, str] = {"Lead": "leads", "Contact": "contacts"}
_KINDS: Mapping[str, HintKind] = {
    "created": HintKind.CHANGE,
    "updated": HintKind.CHANGE,
    "deleted": HintKind.DELETION,
    "undeleted": HintKind.RESTORATION,
    "merged": HintKind.MERGE,
    "converted": HintKind.CONVERSION,
}
_ID = re.compile(r"[A-Za-z0-9]{18}", re.ASCII)


def read(body: bytes) -> list[Event]:
    """Return the events of a message.

    Raises:
        Refused: This is not what the package sends.
    """
    return [_event(entry) for entry in entries(body)]


def _event(entry: Mapping[str, Any]) -> Event:
    account = _id(entry.get("org"))
    kind, obj = _KINDS.get(str(entry.get("type"))), _OBJECTS.get(str(entry.get("object")))
    if kind is None or obj is None:
        return Event(account)
    hints = [Hint(Side.SALESFORCE, obj, _id(entry.get("id")), kind)]
    if kind is HintKind.MERGE and entry.get("masterId"):  # 4
        hints.append(Hint(Side.SALESFORCE, obj, _id(entry["masterId"]), kind))
    if kind is HintKind.CONVERSION and entry.get("convertedContactId"):  # 5
        contact = _id(entry["convertedContactId"])
        hints.append(Hint(Side.SALESFORCE, "contacts", contact, kind))
    return Event(account, tuple(hints))


def _id(value: object) -> str:
    if not isinstance(value, str) or _ID.fullmatch(value) is None:
        raise Refused(Verdict.MALFORMED)
    return value
