"""What a row shows of e-mails and answers, in every form in which the outreach system writes them. Pure.

The rule: a time is wall time of the machine that wrote it (``outreach_timezone``); what is no time is left
out, never guessed. Which e-mail it was, the first or the third, is not decided here: the ledger knows.

    form       Last Response    Response Details    further columns
    today's    date             the text            -
    planned    TRUE             date                Sentiment, Reply Snippet, Follow-up Status
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from outreach_adapters.sheets.rows import Row
from outreach_core.errors import ConfigError
from outreach_core.mapping import OutreachColumns, SideRules
from outreach_core.mapping.moments import read_datetime
from outreach_core.mapping.raw import Seen, clean_text

SENT_WORDS = frozenset(("sent", "replied", "bounced", "auto-reply"))
ANSWERED_WORDS = frozenset(("replied", "auto-reply"))
Record = dict[str, Any]


def sent_email(
    row: Row, columns: OutreachColumns, status: str, zone: ZoneInfo, read_at: datetime
) -> Record | None:
    """Return what the row shows of an e-mail sent to it, ``None`` if nothing.

    Args:
        row: The row as read.
        columns: The outreach system's own columns.
        status: Header of the Status column.
        zone: Whose wall time the times are.
        read_at: When the sheet was read.
    """
    word = _text(row, status)
    at = _moment(row, columns.sent, zone)
    if at is None and word.casefold() not in SENT_WORDS:
        return None
    return {
        **_whose(row, status),
        "sent_at": at,
        "late": at is not None and datetime.fromisoformat(at) > read_at,
        "subject": _text(row, columns.subject),
        "body": _text(row, columns.body),
    }


def reply(row: Row, columns: OutreachColumns, status: str, zone: ZoneInfo) -> Record | None:
    """Return what the row shows of an answer, ``None`` if nothing."""
    word = _text(row, status)
    answered = row.cells.get(columns.answered)
    at = _moment(row, columns.answered, zone)
    text = _text(row, columns.details)
    if at is None and _is_true(answered):
        at = _moment(row, columns.details, zone)
        text = "" if at is not None else text
    text = text or _text(row, columns.snippet)
    if at is None and not text and not _is_true(answered) and word.casefold() not in ANSWERED_WORDS:
        return None
    sentiment = _text(row, columns.sentiment) or None
    return {**_whose(row, status), "responded_at": at, "text": text, "sentiment": sentiment}


def _whose(row: Row, status: str) -> Record:
    return {
        "row": row.number,
        "sync_id": row.sync_id,
        "email": _text(row, "Email") or None,
        "status": _text(row, status),
    }


def _text(row: Row, header: str) -> str:
    found = clean_text(row.cells.get(header))
    return found if isinstance(found, str) else ""


def _moment(row: Row, header: str, zone: ZoneInfo) -> str | None:
    raw = row.cells.get(header)
    text = clean_text(raw)
    if not isinstance(text, str) or isinstance(raw, bool):
        return None
    seen = read_datetime(raw, text, zone)
    return seen.value if isinstance(seen, Seen) else None


def _is_true(cell: Any) -> bool:
    return cell is True or (isinstance(cell, str) and cell.strip().casefold() == "true")


def zone_of(name: str | None, otherwise: str) -> ZoneInfo:
    """Return the zone the outreach system's times are in.

    Raises:
        ConfigError: ``bad_time_zone``; there is no such zone.
    """
    try:
        return ZoneInfo(name or otherwise or "UTC")
    except (ValueError, OSError, KeyError):
        raise ConfigError(
            "The time zone of the outreach system is not known.",
            code="bad_time_zone",
            remedy="Set `outreach_timezone` to one such as Europe/London.",
            setting="outreach_timezone",
        ) from None


def columns_of(rules: SideRules | None) -> tuple[OutreachColumns, str]:
    """Return the outreach system's columns and the header of Status, as the rule file has them."""
    if rules is None:
        return OutreachColumns(), "Status"
    mapped = rules.fields.get("status")
    status = mapped.places[0] if mapped else "Status"
    return rules.columns, status
