"""Tell each CRM of what happened, once: e-mails, answers, a deal on a positive one (RECONCILE B13; pure).

The rule: level-triggered. What happened is compared with what the CRM is known to have been told, so that
a run that was killed, refused or too early is made up for by any later one; and nothing is told while it
is in doubt whether it was told already.

    1  told already                                        nothing
    2  in doubt, and not settled by this run's look-ups    nothing, this run
    3  refused, and nothing about it changed               nothing; the row says why
    4  the row has a record, or one is made in this plan   told
    5  else                                                waits
    6  the row is older than this ledger: what its record
       was told cannot be refused twice by the CRM         told once its e-mails were listed without it
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from outreach_core.merge.companies import campaign_id
from outreach_core.merge.doubts import look
from outreach_core.merge.happenings import AUTOMATIC, of_kind
from outreach_core.merge.state import Findings, IdentifiedRow, Observed, Telling, refused_verdict
from outreach_core.model import (
    BLANK,
    Effect,
    EffectKind,
    EffectRules,
    Happening,
    HappeningKind,
    Json,
    Side,
    event_key,
)

_KINDS = (
    (HappeningKind.EMAIL, EffectKind.EMAIL),
    (HappeningKind.REPLY, EffectKind.REPLY),
    (HappeningKind.POSITIVE, EffectKind.DEAL),
)
_UNSURE = "Is the answer positive? Type POSITIVE or NEGATIVE into the column Sentiment."
_NOT_ANY_MORE = "The answer is not called positive any more; the deal made for it stays."


def tell(observed: Observed, found: Findings) -> None:
    """Plan what each CRM is to be told of each row."""
    for row in found.rows:
        if row.shown.paused:
            continue
        _note_unsure(observed, found, row)
        for side, rules in observed.rules.effects.items():
            has_record = side in found.reached.get(row.rid, {})
            if has_record or (row.rid, side) in found.creates:  # 4 5
                found.tellings += _tellings(observed, found, row, side, rules)
            if has_record:
                _note_checked(observed, found, row, side)


def _tellings(
    observed: Observed, found: Findings, row: IdentifiedRow, side: Side, rules: EffectRules
) -> Iterator[Telling]:
    known = found.happenings.get(row.rid, {})
    for happened, kind in _KINDS:
        if kind not in rules.objects:
            continue
        for one in of_kind(known, happened):
            key = event_key(campaign_id(observed), row.rid, kind, one.n)
            payload = _payload(observed, row, rules, kind, one)
            telling = Telling(row.rid, side, kind, one.n, key, payload)
            if not _may_be_told(observed, found, telling):
                continue
            if kind in rules.keyed or _is_news(observed, found, row, telling):
                yield telling


def _is_news(observed: Observed, found: Findings, row: IdentifiedRow, telling: Telling) -> bool:
    """Whether the CRM cannot have been told of it before this ledger was made (case 6)."""
    side, key = telling.side, telling.event_key
    if _is_checked(observed, row, side) or side not in found.reached.get(row.rid, {}):
        return True
    seen = look(observed, found, side, row.rid, key, telling.payload)
    if seen is not None and seen.record_id is not None:
        found.told[key, side] = Effect(
            key, side, telling.kind, row.rid, telling.n, "done", seen.record_id
        )
    return seen is not None and seen.record_id is None


def _is_checked(observed: Observed, row: IdentifiedRow, side: Side) -> bool:
    if row.new_id:
        return True
    known = observed.given.known_rows.get(row.rid)
    watch = observed.given.watches.get(row.rid)
    return (known is not None and known.minted) or (watch is not None and side in watch.checked)


def _note_checked(observed: Observed, found: Findings, row: IdentifiedRow, side: Side) -> None:
    link = found.links.get((row.rid, side))
    listed = observed.answers.get((side, "told_of", link.record_id)) if link else None
    watch = found.watches.get(row.rid)
    if listed is not None and watch is not None and side not in watch.checked:
        found.watches[row.rid] = replace(watch, checked=(*watch.checked, side))


def _may_be_told(observed: Observed, found: Findings, telling: Telling) -> bool:
    where = (telling.event_key, telling.side)
    known = observed.effects.get(where)
    if (known is not None and known.state == "done") or where in found.told:
        return False  # 1
    if where in observed.in_doubt and where not in found.undoubted:
        return False  # 2
    refused = observed.refusal(telling.side, telling.event_key, telling.payload)
    if refused is None:
        return True
    found.judge(telling.rid, refused_verdict(refused.error_text, ignored=refused.ignored))
    return False  # 3


def _payload(
    observed: Observed,
    row: IdentifiedRow,
    rules: EffectRules,
    kind: EffectKind,
    happening: Happening,
) -> dict[str, Json]:
    who: dict[str, Json] = {
        "email": _value(row, "email"),
        "name": _value(row, "contact_person"),
        "host": row.shown.host,
        "at": _iso(happening.at),
    }
    if kind is EffectKind.DEAL:
        return who | {
            "name": _deal_name(observed, row, rules),
            "close_at": _iso(happening.at + timedelta(days=rules.close_in_days)),
        }
    return who | {
        "direction": "outgoing" if kind is EffectKind.EMAIL else "incoming",
        "status": "bounced" if happening.status == "bounced" else "sent",
        "subject": happening.subject,
        "body": happening.body,
        "between": [_iso(happening.after), _iso(happening.before)] if happening.estimated else None,
    }


def _deal_name(observed: Observed, row: IdentifiedRow, rules: EffectRules) -> str:
    snapshot = observed.given.snapshot
    words = {
        "{business_name}": _value(row, "business_name") or _value(row, "email") or "",
        "{contact_person}": _value(row, "contact_person") or "",
        "{campaign}": observed.rules.campaign or (snapshot.title if snapshot else ""),
    }
    name = rules.deal_name
    for token, word in words.items():
        name = name.replace(token, " ".join(word.split()))
    return name.strip() or "Outreach"


def _note_unsure(observed: Observed, found: Findings, row: IdentifiedRow) -> None:
    """Ask about an answer that a person may have meant as a yes, and say what a no leaves behind."""
    reply = row.shown.reply
    known = found.happenings.get(row.rid, {})
    answers = of_kind(known, HappeningKind.REPLY)
    if reply is None or not answers:
        return
    if (HappeningKind.POSITIVE, 1) in known:
        if reply.decided and reply.sentiment != "positive" and _has_deal(observed, row):
            found.notes.setdefault(row.rid, _NOT_ANY_MORE)
    elif reply.sentiment in ("unsure", "positive") and answers[-1].status != AUTOMATIC:
        found.notes.setdefault(row.rid, _UNSURE)


def _has_deal(observed: Observed, row: IdentifiedRow) -> bool:
    key = event_key(campaign_id(observed), row.rid, EffectKind.DEAL, 1)
    told = (observed.effects.get((key, side)) for side in observed.rules.crm_sides)
    return any(effect is not None and effect.state == "done" for effect in told)


def _value(row: IdentifiedRow, name: str) -> str | None:
    return row.shown.fields.get(name, BLANK).value


def _iso(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
