"""What happened to rows and what each CRM was told of it: the tables behind ``outreach_core.model.effects``.

The rule: a happening is an observation and kept whatever becomes of the plan that noted it; an effect is
*done* only by an acknowledgement or by a look-up that found it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from outreach_adapters.ledger.conversions import time_from_text, time_to_text
from outreach_adapters.ledger.schema import link
from outreach_adapters.ledger.schema_effects import company, effect, happening, row_watch
from outreach_adapters.ledger.writes import chunks, upsert
from outreach_core.model import (
    Company,
    Effect,
    EffectKind,
    Happening,
    HappeningKind,
    Intent,
    LinkState,
    Outcome,
    RowWatch,
    Side,
)
from outreach_core.model.effects import company_key
from outreach_core.model.hashing import payload_hash

DONE = "done"
REJECTED = "rejected"
OPEN = "open"


@dataclass(frozen=True, slots=True)
class Refused:
    """A refused effect, in the words people read."""

    rid: str
    side: Side
    attempts: int
    error_code: str
    error_text: str
    vendor_message: str
    first_failed: str
    last_failed: str


def read_happenings(connection: Connection) -> tuple[Happening, ...]:
    """Return everything that is known to have happened."""
    query = select(happening).order_by(happening.c.rid, happening.c.kind, happening.c.n)
    return tuple(map(_happening_of, connection.execute(query)))


def read_watches(connection: Connection) -> dict[str, RowWatch]:
    """Return what is remembered of rows between happenings."""
    return {
        row.rid: RowWatch(
            row.rid,
            time_from_text(row.unsent_at),
            row.armed,
            row.pulled,
            tuple(Side(side) for side in row.checked.split(",") if side),
        )
        for row in connection.execute(select(row_watch))
    }


def read_effects(connection: Connection) -> tuple[Effect, ...]:
    """Return the outbox."""
    return tuple(
        Effect(
            event_key=row.event_key,
            side=Side(row.side),
            kind=EffectKind(row.kind),
            rid=row.rid,
            n=row.n,
            state=row.state,
            record_id=row.record_id,
            missed_at=time_from_text(row.missed_at),
            input_hash=row.input_hash,
            error_text=row.error_text,
            ignored=row.ignored,
        )
        for row in connection.execute(select(effect).order_by(effect.c.event_key, effect.c.side))
    )


def read_companies(connection: Connection) -> tuple[Company, ...]:
    """Return the companies that are known."""
    return tuple(
        Company(Side(row.side), row.host, row.record_id, row.name, row.made_by_us)
        for row in connection.execute(select(company).order_by(company.c.side, company.c.host))
    )


def note_happenings(
    connection: Connection, happened: Iterable[Happening], run_id: str, stamp: str
) -> None:
    """Keep what a read of the sheet proved."""
    rows = [{**_happening_columns(one), "noted_at": stamp, "run_id": run_id} for one in happened]
    upsert(connection, happening, rows)


def note_watches(connection: Connection, watches: Iterable[RowWatch]) -> None:
    """Keep what is remembered of rows."""
    rows = [
        {
            "rid": watch.rid,
            "unsent_at": time_to_text(watch.unsent_at),
            "armed": watch.armed,
            "pulled": watch.pulled,
            "checked": ",".join(map(str, watch.checked)),
        }
        for watch in watches
    ]
    upsert(connection, row_watch, rows)


def note_pulled(connection: Connection, pulled: Mapping[str, str]) -> None:
    """Remember the words we carry into Status cells: they prove nothing about e-mails."""
    upsert(connection, row_watch, [{"rid": rid, "pulled": word} for rid, word in pulled.items()])


def note_missed(
    connection: Connection, missed: Mapping[tuple[str, Side], datetime], stamp: str
) -> None:
    """Remember when a look-up first did not show what may have been written."""
    for (key, side), at in missed.items():
        where = (effect.c.event_key == key) & (effect.c.side == str(side))
        connection.execute(update(effect).where(where).values(missed_at=time_to_text(at), at=stamp))


def know_companies(connection: Connection, found: Iterable[Company], stamp: str) -> None:
    """Remember companies that a look-up found or a call made."""
    rows = [
        {
            "side": str(one.side),
            "host": one.host,
            "record_id": one.record_id,
            "name": one.name,
            "made_by_us": one.made_by_us,
            "at": stamp,
        }
        for one in found
    ]
    upsert(connection, company, rows)


def forget_company(connection: Connection, side: Side, record_id: str, stamp: str) -> None:
    """Let go of a company that is not there any more: it is looked up again."""
    where = (company.c.side == str(side)) & (company.c.record_id == record_id)
    values = {"record_id": None, "name": "", "made_by_us": False, "at": stamp}
    connection.execute(update(company).where(where).values(**values))


def note_doubt(connection: Connection, planned: Sequence[Intent], run_id: str, stamp: str) -> None:
    """Note, before a call, which effects it may carry out; what was missed before counts no more."""
    stamps = {"at": stamp, "run_id": run_id, "missed_at": None, "state": OPEN}
    rows = [{**_key_columns(one), **stamps} for one in planned if _is_effect(one)]
    upsert(connection, effect, rows)


def note_done(connection: Connection, told: Iterable[Effect], run_id: str, stamp: str) -> None:
    """Note effects that a CRM is known to have been told of."""
    rows = [
        {
            "event_key": one.event_key,
            "side": str(one.side),
            "kind": str(one.kind),
            "rid": one.rid,
            "n": one.n,
            "state": DONE,
            "record_id": one.record_id,
            "missed_at": None,
            "input_hash": "",
            "error_code": "",
            "error_text": "",
            "vendor_message": "",
            "at": stamp,
            "run_id": run_id,
        }
        for one in told
    ]
    upsert(connection, effect, rows)


def note_refused(
    connection: Connection, planned: Intent, outcome: Outcome, fingerprint: str, stamp: str
) -> None:
    """Keep an effect that a CRM refused; it is tried again when it or the rules change."""
    keys = _key_columns(planned)
    where = (effect.c.event_key == keys["event_key"]) & (effect.c.side == keys["side"])
    known: Any = connection.execute(select(effect).where(where)).first()
    problem = outcome.problem
    columns = {
        **keys,
        "state": REJECTED,
        "input_hash": payload_hash(planned.payload, fingerprint),
        "attempts": (known.attempts if known else 0) + 1,
        "error_code": problem.code if problem else "rejected",
        "error_text": f"{problem.message} {problem.remedy}".strip() if problem else "",
        "vendor_message": outcome.vendor_message,
        "first_failed": (known.first_failed if known else None) or stamp,
        "ignored": False,
        "at": stamp,
    }
    upsert(connection, effect, [columns])


def note_fine(connection: Connection, planned: Intent) -> None:
    """Forget that a company was refused."""
    keys = _key_columns(planned)
    connection.execute(
        delete(effect).where(effect.c.event_key == keys["event_key"], effect.c.side == keys["side"])
    )


def refused_effects(connection: Connection) -> list[Refused]:
    """Return the refused effects that nobody chose to ignore, the oldest first."""
    query = select(effect).where(effect.c.state == REJECTED, ~effect.c.ignored)
    query = query.order_by(effect.c.first_failed)
    return [
        Refused(
            row.rid,
            Side(row.side),
            row.attempts,
            row.error_code,
            row.error_text,
            row.vendor_message,
            row.first_failed or row.at,
            row.at,
        )
        for row in connection.execute(query)
    ]


def linked_ids(connection: Connection, side: Side, rids: Sequence[str]) -> dict[str, str]:
    """Return the record each row is actively linked to."""
    found: dict[str, str] = {}
    for some in chunks(list(rids)):
        query = select(link.c.rid, link.c.record_id).where(
            link.c.side == str(side), link.c.state == str(LinkState.ACTIVE), link.c.rid.in_(some)
        )
        found |= {row.rid: row.record_id for row in connection.execute(query)}
    return found


def company_ids(connection: Connection, side: Side, hosts: Sequence[str]) -> dict[str, str]:
    """Return the company of each host that has one."""
    found: dict[str, str] = {}
    for some in chunks(list(hosts)):
        query = select(company.c.host, company.c.record_id).where(
            company.c.side == str(side), company.c.record_id.is_not(None), company.c.host.in_(some)
        )
        found |= {row.host: row.record_id for row in connection.execute(query)}
    return found


def effect_of(planned: Intent, record_id: str | None) -> Effect:
    """Return the effect an intent carries out."""
    keys = _key_columns(planned)
    kind = EffectKind(keys["kind"])
    return Effect(keys["event_key"], planned.side, kind, planned.rid, keys["n"], DONE, record_id)


def _is_effect(planned: Intent) -> bool:
    return bool(planned.event_key) and "kind" in planned.payload


def _key_columns(planned: Intent) -> dict[str, Any]:
    """Return what an effect is kept under; a refused company under its host."""
    kind = planned.payload.get("kind")
    return {
        "event_key": planned.event_key if kind else company_key(planned.event_key),
        "side": str(planned.side),
        "kind": str(kind or EffectKind.COMPANY),
        "rid": planned.rid,
        "n": int(planned.payload.get("n") or 0),
    }


def _happening_columns(one: Happening) -> dict[str, Any]:
    return {
        "rid": one.rid,
        "kind": str(one.kind),
        "n": one.n,
        "at": time_to_text(one.at),
        "after": time_to_text(one.after),
        "before": time_to_text(one.before),
        "estimated": one.estimated,
        "subject": one.subject,
        "body": one.body,
        "status": one.status,
        "follows": one.follows,
    }


def _happening_of(row: Any) -> Happening:
    at = time_from_text(row.at)
    assert at is not None  # noqa: S101 - the column is not null
    return Happening(
        rid=row.rid,
        kind=HappeningKind(row.kind),
        n=row.n,
        at=at,
        after=time_from_text(row.after),
        before=time_from_text(row.before),
        estimated=row.estimated,
        subject=row.subject,
        body=row.body,
        status=row.status,
        follows=row.follows,
    )
