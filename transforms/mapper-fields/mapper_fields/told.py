"""Direction *out*: what a CRM is told of, in the public form of ``emails`` and ``deals`` (pure).

The rule: nothing of a vendor is named here but what the rule file says: pipeline, stage, owner, sender.
docs/reference/records.md holds the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mapper_fields.schemas import TEXT, TIME, schema
from outreach_core.mapping import SideRules

Record = Mapping[str, Any]

ENVELOPE = schema(intent_id=TEXT, rid=TEXT)
KEYS = ("event_key",)

EMAIL_SCHEMA = schema(
    event_key=TEXT,
    contact_email=TEXT,
    contact_name=TEXT,
    company_domain=TEXT,
    sent_at=TIME,
    direction=TEXT,
    status=TEXT,
    subject=TEXT,
    body=TEXT,
    sender=TEXT,
    not_before=TIME,
    not_after=TIME,
    _sync=ENVELOPE,
)
DEAL_SCHEMA = schema(
    event_key=TEXT,
    name=TEXT,
    contact_email=TEXT,
    company_domain=TEXT,
    pipeline=TEXT,
    stage=TEXT,
    amount=TEXT,
    owner=TEXT,
    close_date=TIME,
    _sync=ENVELOPE,
)


def email(rules: SideRules, record: Record) -> dict[str, Any]:
    """Return an e-mail to log; ``sender`` is ours, whichever way it went."""
    payload = record.get("payload") or {}
    after, before = payload.get("between") or (None, None)
    return {
        **_common(record, payload),
        "contact_name": payload.get("name"),
        "sent_at": payload.get("at"),
        "direction": payload.get("direction"),
        "status": payload.get("status"),
        "subject": payload.get("subject"),
        "body": payload.get("body"),
        "sender": rules.telling.emails.sender or None,
        "not_before": after,
        "not_after": before,
    }


def deal(rules: SideRules, record: Record) -> dict[str, Any]:
    """Return a deal to create, as the rule file wants deals to be."""
    payload, deals = record.get("payload") or {}, rules.telling.deals
    return {
        **_common(record, payload),
        "name": payload.get("name"),
        "pipeline": deals.pipeline or None,
        "stage": deals.stage or None,
        "amount": deals.amount or None,
        "owner": deals.owner or None,
        "close_date": payload.get("close_at"),
    }


def _common(record: Record, payload: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "event_key": record.get("event_key"),
        "contact_email": payload.get("email"),
        "company_domain": payload.get("host"),
        "_sync": {"intent_id": record.get("intent_id"), "rid": record.get("rid")},
    }
