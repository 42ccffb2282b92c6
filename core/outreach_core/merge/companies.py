"""Which company a row belongs to: by its website's host, never on a shared host (SHEET.md; pure).

The rule: a company is only made on an answer of this run that nobody has one, and it belongs to people from
then on: it is renamed only while it is one row's alone and still has the name we gave it.

    1  the person has a company, or was given this one before   nothing
    2  the company is known here, or one was found              the person is put into it
    3  several were found                                       none is chosen; a note says so
    4  none was found                                           made, then as 2
    5  not asked, or a making of it is in doubt                 waits
    6  one row's alone, and the business has another name       renamed
"""

from __future__ import annotations

from collections import Counter

from outreach_core.merge.state import (
    CompanyWrite,
    Findings,
    IdentifiedRow,
    Observed,
    Telling,
)
from outreach_core.model import (
    BLANK,
    Company,
    EffectKind,
    LookupStatus,
    Side,
    event_key,
)

COMPANY_ID = "company_id"  # the extra value that says which company a person is in
_SEVERAL = "Several companies in the CRM have this website: none was chosen."


def campaign_id(observed: Observed) -> str:
    """Return what a campaign is known by: its spreadsheet and tab."""
    snapshot = observed.given.snapshot
    return f"{snapshot.spreadsheet_id}/{snapshot.gid}" if snapshot else ""


def place_in_companies(observed: Observed, found: Findings) -> None:
    """Plan companies and who belongs to them."""
    for side, rules in observed.rules.effects.items():
        if EffectKind.COMPANY not in rules.objects or not observed.usable(side):
            continue
        rows = [row for row in _in_order(found) if _takes_part(found, row, side)]
        hosts = Counter(row.shown.host for row in rows)
        for row in rows:
            _place(observed, found, side, row)
            if hosts[row.shown.host] == 1:
                _rename(observed, found, side, row)


def _in_order(found: Findings) -> list[IdentifiedRow]:
    return sorted(found.rows, key=lambda row: row.shown.row)


def _takes_part(found: Findings, row: IdentifiedRow, side: Side) -> bool:
    if row.shown.paused or not row.shown.host:
        return False
    return (row.rid, side) in found.creates or side in found.reached.get(row.rid, {})


def _place(observed: Observed, found: Findings, side: Side, row: IdentifiedRow) -> None:
    host = row.shown.host or ""
    key = event_key(campaign_id(observed), row.rid, EffectKind.COMPANY, host)
    told = observed.effects.get((key, side))
    record = found.reached.get(row.rid, {}).get(side)
    if (told and told.state == "done") or (record and record.extra.get(COMPANY_ID)):
        return  # 1
    if not _is_known(observed, found, side, row, host):
        return
    found.tellings.append(Telling(row.rid, side, EffectKind.COMPANY, 0, key, {"host": host}))


def _is_known(
    observed: Observed, found: Findings, side: Side, row: IdentifiedRow, host: str
) -> bool:
    """Whether there is, or will be in this plan, a company to belong to."""
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
    name = row.shown.fields.get("business_name", BLANK).value or host
    found.company_writes[side, host] = CompanyWrite(row.rid, host, " ".join(name.split()))  # 4
    return True


def _rename(observed: Observed, found: Findings, side: Side, row: IdentifiedRow) -> None:
    company = observed.companies.get((side, row.shown.host or ""))
    name = row.shown.fields.get("business_name", BLANK).value
    if company is None or not company.record_id or not company.made_by_us or not name:
        return
    wanted = " ".join(name.split())
    if company.name and wanted != company.name:
        found.company_writes[side, company.host] = CompanyWrite(
            row.rid, company.host, wanted, company.record_id, company.name
        )  # 6
