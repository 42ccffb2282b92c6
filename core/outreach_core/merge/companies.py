"""Which company a row belongs to: by its website's host, never on a shared host (SHEET.md; pure).

The rule: a company is only made on an answer of this run that nobody has one, and it belongs to people from
then on: it is renamed only while it is one row's alone and still has the name we gave it.

    1  the person has a company, or was given this one before   nothing
    2  the company is known here, or one was found              the person is put into it
    3  several were found                                       none is chosen; a note says so
    4  none was found                                           made, named by its first row; then as 2
    5  not asked, or a making of it is in doubt                 waits
    6  one row's alone, and the business has another name       renamed
    7  the CRM refused it, and nothing about it changed         nothing; the rows say why
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from outreach_core.merge.state import (
    CompanyWrite,
    Findings,
    IdentifiedRow,
    Observed,
    Telling,
    refused_verdict,
)
from outreach_core.model import (
    BLANK,
    Company,
    Effect,
    EffectKind,
    LookupStatus,
    Side,
    event_key,
)
from outreach_core.model.effects import company_key

COMPANY_ID = "company_id"  # the extra value that says which company a person is in
_SEVERAL = "Several companies in the CRM have this website: none was chosen."


def campaign_id(observed: Observed) -> str:
    """Return what a campaign is known by: its spreadsheet and tab."""
    snapshot = observed.given.snapshot
    return f"{snapshot.spreadsheet_id}/{snapshot.gid}" if snapshot else ""


def place_in_companies(observed: Observed, found: Findings) -> None:
    """Plan companies and who belongs to them."""
    together = Counter(row.shown.host for row in found.rows)
    for side, rules in observed.rules.effects.items():
        if EffectKind.COMPANY not in rules.objects or not observed.usable(side):
            continue
        rows = [row for row in _in_order(found) if _takes_part(found, row, side)]
        names: dict[str, str] = {}
        for row in rows:
            names.setdefault(row.shown.host or "", _name(row))
        for row in rows:
            _place(observed, found, side, row, names)
            if together[row.shown.host] == 1:
                _rename(observed, found, side, row)


def _in_order(found: Findings) -> list[IdentifiedRow]:
    """Return the rows, the oldest first: the same order however the tab is sorted."""
    return sorted(found.rows, key=lambda r: (r.new_id, "" if r.new_id else r.rid, r.shown.row))


def _name(row: IdentifiedRow) -> str:
    name = row.shown.fields.get("business_name", BLANK).value or row.shown.host or ""
    return " ".join(name.split())


def _takes_part(found: Findings, row: IdentifiedRow, side: Side) -> bool:
    if row.shown.paused or not row.shown.host:
        return False
    return (row.rid, side) in found.creates or side in found.reached.get(row.rid, {})


def _place(
    observed: Observed,
    found: Findings,
    side: Side,
    row: IdentifiedRow,
    names: Mapping[str, str],
) -> None:
    host = row.shown.host or ""
    key = event_key(campaign_id(observed), row.rid, EffectKind.COMPANY, host)
    told = observed.effects.get((key, side))
    record = found.reached.get(row.rid, {}).get(side)
    if (told and told.state == "done") or (record and record.extra.get(COMPANY_ID)):
        return  # 1
    telling = Telling(row.rid, side, EffectKind.COMPANY, 0, key, {"host": host})
    if _is_refused(found, row, observed.refusal(side, key, telling.payload)):
        return  # 7
    if _is_known(observed, found, side, row, names[host]):
        found.tellings.append(telling)


def _is_refused(found: Findings, row: IdentifiedRow, refused: Effect | None) -> bool:
    if refused is not None:
        found.judge(row.rid, refused_verdict(refused.error_text, ignored=refused.ignored))
    return refused is not None


def _is_known(
    observed: Observed, found: Findings, side: Side, row: IdentifiedRow, name: str
) -> bool:
    """Whether there is, or will be in this plan, a company to belong to."""
    host = row.shown.host or ""
    if (side, host) in found.company_writes:
        return True
    known = found.company_ids.get((side, host)) or observed.companies.get((side, host))
    if known is not None and known.record_id:
        return True  # 2
    if (host, side) in observed.in_doubt and (host, side) not in found.undoubted:
        return False  # 5
    answer = observed.answers.get((side, "host", host))
    if answer is None:
        return False  # 5
    if answer.status is LookupStatus.FOUND and len(answer.record_ids) == 1:
        found.know(Company(side, host, answer.record_ids[0]))
        return True  # 2
    if answer.status is LookupStatus.FOUND:
        found.notes.setdefault(row.rid, _SEVERAL)  # 3
        return False
    write = CompanyWrite(row.rid, host, name)
    if _is_refused(found, row, observed.refusal(side, company_key(host), write.payload())):
        return False  # 7
    found.company_writes[side, host] = write  # 4
    return True


def _rename(observed: Observed, found: Findings, side: Side, row: IdentifiedRow) -> None:
    company = observed.companies.get((side, row.shown.host or ""))
    has_name = not row.shown.fields.get("business_name", BLANK).blank
    if company is None or not company.record_id or not company.made_by_us or not has_name:
        return
    write = CompanyWrite(row.rid, company.host, _name(row), company.record_id, company.name)
    if not company.name or write.name == company.name:
        return
    key = company_key(company.host)
    if not _is_refused(found, row, observed.refusal(side, key, write.payload())):  # 7
        found.company_writes[side, company.host] = write  # 6
