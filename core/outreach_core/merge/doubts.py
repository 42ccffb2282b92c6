"""Find out what a CRM was told already: lost acknowledgements, and rows older than this ledger (pure).

The rule: what cannot carry a unique key is told again only after the CRM's store did not show it twice, a
minute apart by the CRM's own clock; what carries one may be told again at once, since the CRM refuses the
second (RECONCILE B13).

A left-over intent:

    1  who belongs to a company, a company's new name    dropped: saying it twice changes nothing
    2  a look-up shows it                                 told, and by which record
    3  a look-up misses what carries a unique key         dropped, told again
    4  a look-up misses anything else, the first time     stays in doubt, the moment is remembered
    5  … again, less than a minute later                  stays in doubt
    6  … again, later                                     dropped, told again
    7  nobody looked                                      stays in doubt
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach_core.markers import email_marker
from outreach_core.merge.state import Findings, Observed
from outreach_core.model import (
    Company,
    Effect,
    EffectKind,
    Intent,
    IntentKind,
    IntentState,
    Json,
    LookupStatus,
    Operation,
    Side,
)

PATIENCE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a CRM's store showed of an effect: the record it is, or that there is none."""

    record_id: str | None
    at: datetime | None


def look(
    observed: Observed,
    found: Findings,
    side: Side,
    rid: str,
    key: str,
    payload: Mapping[str, Json],
) -> Seen | None:
    """Return what this run's look-ups say of an effect, ``None`` if nobody looked."""
    direct = observed.answers.get((side, "event", key))
    if direct is not None:
        is_there = direct.status is LookupStatus.FOUND and bool(direct.record_ids)
        return Seen(direct.record_ids[0] if is_there else None, direct.at)
    link = found.links.get((rid, side))
    listed = observed.answers.get((side, "told_of", link.record_id)) if link else None
    if link is None or listed is None or "direction" not in payload:
        return None
    return Seen(_alike(observed, side, link.record_id, payload), listed.at)


def _alike(observed: Observed, side: Side, person: str, payload: Mapping[str, Json]) -> str | None:
    """Return a person's e-mail of the same direction and second, and subject where it is shown.

    HubSpot hides subjects from apps without ``sales-email-read``:
    https://developers.hubspot.com/changelog/announcement-new-scope-required-to-get-the-content-of-email-engagements
    """
    direction, at = str(payload["direction"]), str(payload.get("at") or "")
    for subject in (str(payload.get("subject") or ""), ""):
        key = f"{person}:{email_marker(direction, at, subject)}"
        like = observed.answers.get((side, "marker", key))
        if like is not None and like.record_ids:
            return like.record_ids[0]
    return None


def settle_doubt(observed: Observed, found: Findings, intent: Intent) -> None:
    """Settle one left-over effect or company."""
    if intent.operation is not Operation.CREATE:
        _drop(found, intent)  # 1
        return
    seen = look(observed, found, intent.side, intent.rid, intent.event_key, intent.payload)
    if seen is None:
        return  # 7
    if seen.record_id is not None:
        _landed(found, intent, seen.record_id)  # 2
    elif _is_keyed(observed, intent):
        _drop(found, intent)  # 3
    else:
        _missed(observed, found, intent, seen)


def _landed(found: Findings, intent: Intent, record_id: str) -> None:
    found.settled[intent.intent_id] = IntentState.DONE
    if intent.kind is IntentKind.COMPANY:
        name = str(intent.payload.get("name") or "")
        found.know(Company(intent.side, intent.event_key, record_id, name, made_by_us=True))
        return
    kind, n = EffectKind(intent.payload["kind"]), int(intent.payload["n"])
    found.told[intent.event_key, intent.side] = Effect(
        intent.event_key, intent.side, kind, intent.rid, n, "done", record_id
    )


def _is_keyed(observed: Observed, intent: Intent) -> bool:
    if intent.kind is IntentKind.COMPANY:
        return True
    rules = observed.rules.effects.get(intent.side)
    return rules is not None and EffectKind(intent.payload["kind"]) in rules.keyed


def _missed(observed: Observed, found: Findings, intent: Intent, seen: Seen) -> None:
    known = observed.effects.get((intent.event_key, intent.side))
    first = known.missed_at if known else None
    if seen.at is None:
        return
    if first is None:
        found.missed[intent.event_key, intent.side] = seen.at  # 4
    elif seen.at - first >= PATIENCE:
        _drop(found, intent)  # 6


def _drop(found: Findings, intent: Intent) -> None:
    found.settled[intent.intent_id] = IntentState.DROPPED
    found.undoubted.add((intent.event_key, intent.side))
