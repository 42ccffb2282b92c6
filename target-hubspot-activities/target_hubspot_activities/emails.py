"""Logs e-mails on contacts' timelines: those sent and those answered.

Rule: an e-mail is told once. HubSpot's activities can carry no unique key, so it is created only for a
contact that is acknowledged, and an unclear answer leaves it in doubt until the contact's e-mails were read.

https://developers.hubspot.com/docs/guides/api/crm/engagements/email
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from outreach_adapters.hubspot.account import EVENT_KEY
from target_hubspot_activities.made import Thing, Tie

Body = dict[str, Any]
Record = Mapping[str, Any]
# https://developers.hubspot.com/docs/guides/api/crm/engagements/email#properties
DIRECTIONS = {"outgoing": "EMAIL", "incoming": "INCOMING_EMAIL"}
STATUSES = {"sent": "SENT", "bounced": "BOUNCED", "failed": "FAILED"}
# a text property holds 65,536 characters; counted as Java does, an emoji is two
LONGEST_BODY = 65_000
CUT = "\n\n[The rest is too long for HubSpot.]"
UTF_16 = "utf-16-le"


def email_properties(record: Record, *, keyed: bool) -> Body:
    """Return the properties of an e-mail from its public form.

    Args:
        record: A record of ``emails``; see docs/reference/records.md.
        keyed: Whether e-mails have the property that holds our key.
    """
    status = str(record.get("status") or "sent").strip().lower()
    properties: Body = {
        "hs_timestamp": _utc(record.get("sent_at")),
        "hs_email_direction": DIRECTIONS.get(direction_of(record), direction_of(record)),
        "hs_email_status": STATUSES.get(status, status),
        "hs_email_subject": subject_of(record),
        "hs_email_text": _text(record),
        "hs_email_headers": json.dumps(_headers(record), ensure_ascii=False),
    }
    if keyed and record.get("event_key"):
        properties[EVENT_KEY] = str(record["event_key"]).strip()
    return {name: value for name, value in properties.items() if value not in (None, "")}


def thing(record: Record, person_id: str, company_id: str | None, *, keyed: bool) -> Thing:
    """Return a planned e-mail as a record to be made."""
    ties = [Tie("contacts", person_id)]
    if company_id:
        ties.append(Tie("companies", company_id))
    intent_id = str((record.get("_sync") or {}).get("intent_id") or "")
    properties = email_properties(record, keyed=keyed)
    return Thing(intent_id, str(record.get("event_key") or ""), properties, tuple(ties))


def direction_of(record: Record) -> str:
    """Return whether an e-mail went out or came in."""
    return str(record.get("direction") or "outgoing").strip().lower()


def subject_of(record: Record) -> str | None:
    """Return the subject in one line; an answer's begins with ``Re:``."""
    subject = _line(record.get("subject"))
    if subject and direction_of(record) == "incoming" and not subject.lower().startswith("re:"):
        return f"Re: {subject}"
    return subject or None


def _utc(moment: Any) -> Any:
    """Return a time in UTC, as HubSpot wants it; what is none is HubSpot's to refuse."""
    try:
        at = datetime.fromisoformat(str(moment))
    except ValueError:
        return moment
    if at.tzinfo is None:
        return moment
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _line(value: Any) -> str:
    """Return a text without line ends, so that none of it can pass for another header."""
    return " ".join(str(value or "").split())


def _text(record: Record) -> str:
    body = str(record.get("body") or "")
    units = body.encode(UTF_16, "surrogatepass")
    if len(units) > 2 * LONGEST_BODY:
        body = units[: 2 * LONGEST_BODY].decode(UTF_16, "ignore") + CUT
    after, before = record.get("not_before"), record.get("not_after")
    if not before:
        return body
    between = f"between {after} and {before}" if after else f"before {before}"
    return f"{body}\n\n[time estimated: {between}]".strip()


def _headers(record: Record) -> Body:
    first, _, last = _line(record.get("contact_name")).partition(" ")
    person = {"email": _line(record.get("contact_email")), "firstName": first, "lastName": last}
    ours = {"email": _line(record.get("sender"))}
    start, end = (ours, person) if direction_of(record) == "outgoing" else (person, ours)
    given = [{name: text for name, text in one.items() if text} for one in (start, end)]
    return {"from": given[0], "to": [given[1]] if given[1] else [], "cc": [], "bcc": []}
