"""What CRMs are told of, and who is in which of them already, in words. Rule: pure; never an e-mail's text."""

from __future__ import annotations

from collections.abc import Mapping

from outreach_cli.wording import SIDES, plural
from outreach_core.model import CRM_SIDES, Intent, Side

WORDS: Mapping[str, str] = {
    "company": "Company",
    "email": "E-mail sent",
    "reply": "Answer",
    "deal": "Deal",
}
_COUNTED = (
    ("emails", "e-mail to log", "e-mails to log"),
    ("replies", "answer to log", "answers to log"),
    ("deals", "deal to create", "deals to create"),
    ("companies", "company to create", "companies to create"),
)


def counted(summary: Mapping[str, int]) -> dict[str, int]:
    """Return what a plan's summary says of it: by kind, and by CRM."""
    kinds = {name: summary.get(name, 0) for name, _, _ in _COUNTED}
    return kinds | {name: number for name, number in summary.items() if ":" in name}


def told_words(counts: Mapping[str, int]) -> str:
    """Return ``12 e-mails to log, 2 deals to create, ``, or nothing."""
    return "".join(
        f"{plural(counts[name], one, many)}, " for name, one, many in _COUNTED if counts.get(name)
    )


def known_words(counts: Mapping[str, int]) -> str:
    """Say how many are in which CRM already, and how many are new there."""
    sides = [side for side in CRM_SIDES if _at(counts, side) != (0, 0)]
    if not sides:
        return f"{counts['already_in_crm']} already in the CRM, {counts['new']} new"
    lines = ((side, *_at(counts, side)) for side in sides)
    return "; ".join(f"{there} already in {SIDES[side]}, {new} new" for side, there, new in lines)


def what_is_told(intent: Intent) -> tuple[str, str, str, str]:
    """Return a company's, e-mail's, answer's or deal's (word, before, after, why)."""
    payload = intent.payload
    word = WORDS.get(str(payload.get("kind") or "company"), WORDS["company"])
    after = payload.get("subject") or payload.get("name") or payload.get("host") or ""
    return (
        word,
        str(payload.get("expected_name") or ""),
        str(after),
        str(payload.get("at") or "told once"),
    )


def _at(counts: Mapping[str, int], side: Side) -> tuple[int, int]:
    return counts.get(f"already_there:{side}", 0), counts.get(f"new:{side}", 0)
