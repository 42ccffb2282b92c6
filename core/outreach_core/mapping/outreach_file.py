"""The sections of a rule file that are not fields: text to the dataclasses of ``outreach.py``.

The rule: as in the rest of the file, every mistake is noted with its line and reading goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from outreach_core.mapping.kinds import Dialect, Kind
from outreach_core.mapping.outreach import (
    CompanyRules,
    DealRules,
    EmailRules,
    OutreachColumns,
    TellingRules,
)
from outreach_core.mapping.rules import FieldRule
from outreach_core.mapping.yaml_text import Entry, RuleText, kind, near
from outreach_core.model import Side
from outreach_core.model.fields import FieldType
from outreach_core.model.policy import StatusRules

T = TypeVar("T")

SHEET_SECTIONS = ("campaign", "company", "outreach")
CRM_SECTIONS = ("companies", "deals", "emails", "opportunities", "status", "tasks", "written")
# what is known of a row that no column holds; types are fixed, for we write them ourselves
WRITTEN_TYPES: Mapping[str, FieldType] = {
    "campaign": FieldType.TEXT,
    "row_link": FieldType.TEXT,
    "last_subject": FieldType.TEXT,
    "responded": FieldType.BOOLEAN,
    "last_sent": FieldType.DATETIME,
}
_STATUS = ("order", "property", "pull", "push")
_NEVER = "approved"


def read_columns(file: RuleText, top: Mapping[str, Entry]) -> OutreachColumns:
    """Read ``outreach``: headers of the outreach system's own columns."""
    known = tuple(one.name for one in fields(OutreachColumns))
    keys = _group(file, top, "outreach", known)
    given = {name: file.text(entry) for name, entry in keys.items()}
    return OutreachColumns(**{name: text for name, text in given.items() if text})


def read_company(
    file: RuleText, top: Mapping[str, Entry], kinds: Mapping[str, Kind]
) -> CompanyRules:
    """Read ``company``: what stands for a row's company."""
    keys = _group(file, top, "company", ("shared_hosts", "website"))
    name = _get(keys, "website", file.text) or CompanyRules().website
    if "website" in keys and name not in kinds:
        file.wrong(keys["website"].line, f"There is no field `{name}`.", near(name, kinds))
    elif "website" in keys and kinds[name].type is not FieldType.URL:
        file.wrong(
            keys["website"].line, f"`{name}` is no web address.", "Name a field of type url."
        )
    hosts = _get(keys, "shared_hosts", file.texts) or ()
    return CompanyRules(name, tuple(host.strip().lower().removeprefix("www.") for host in hosts))


def read_campaign(file: RuleText, top: Mapping[str, Entry]) -> str:
    """Read ``campaign``: what the campaign is called in the CRM."""
    return _get(top, "campaign", file.text) or ""


def read_written(file: RuleText, top: Mapping[str, Entry]) -> dict[str, FieldRule]:
    """Read ``written`` and the property of ``status``: what only we write."""
    found: dict[str, FieldRule] = {}
    for name, entry in _group(file, top, "written", tuple(WRITTEN_TYPES)).items():
        place = file.text(entry)
        if place:
            found[name] = _written(name, WRITTEN_TYPES[name], place, entry.line)
    status = _group(file, top, "status", _STATUS)
    place = _get(status, "property", file.text)
    if place:
        found["status"] = _written("status", FieldType.TEXT, place, status["property"].line)
    return found


def read_status(file: RuleText, top: Mapping[str, Entry]) -> StatusRules | None:
    """Read ``status``: how the sheet's Status and the CRM's go together."""
    if "status" not in top:
        return None
    noted = RuleText(file.source)  # the keys were judged by `read_written`
    keys = noted.entries(top["status"].value, "`status`", _STATUS)
    for key in ("property", "push"):
        if key not in keys:
            file.wrong(top["status"].line, f"`status` has no `{key}`.", "Write it.")
    pull = _words(file, keys, "pull")
    for value, word in pull.items():
        if word.strip().casefold() == _NEVER:
            what = f"`{value}` would set the sheet's Status to Approved."
            file.wrong(keys["pull"].line, what, "That starts e-mails: choose another word.")
    return StatusRules(
        push={
            ours.strip().casefold(): theirs for ours, theirs in _words(file, keys, "push").items()
        },
        order=_get(keys, "order", file.texts) or (),
        pull={theirs.strip().casefold(): ours for theirs, ours in pull.items()},
    )


def read_telling(file: RuleText, top: Mapping[str, Entry], side: Side) -> TellingRules:
    """Read what the CRM is told of: companies, e-mails, deals; Salesforce's own words for them."""
    hubspot = side is Side.HUBSPOT
    wrong = ("opportunities", "tasks") if hubspot else ("companies", "deals", "emails")
    for name in wrong:
        if name in top:
            file.wrong(top[name].line, f"`{name}` is the other CRM's word.", "Take it out.")
    companies = _group(file, top, "companies", ("create",)) if hubspot else {}
    return TellingRules(
        companies=_flag(file, companies, "create", "companies" in top),
        emails=_emails(file, top, "emails" if hubspot else "tasks"),
        deals=_deals(file, top, "deals" if hubspot else "opportunities", hubspot=hubspot),
    )


def _emails(file: RuleText, top: Mapping[str, Entry], section: str) -> EmailRules:
    keys = _group(file, top, section, ("log", "log_replies", "sender"))
    given = section in top
    sender = _get(keys, "sender", file.text) or ""
    if sender and "@" not in sender:
        file.wrong(keys["sender"].line, "`sender` is no e-mail address.", "Write one address.")
    return EmailRules(
        _flag(file, keys, "log", given), _flag(file, keys, "log_replies", given), sender
    )


def _deals(file: RuleText, top: Mapping[str, Entry], section: str, *, hubspot: bool) -> DealRules:
    known = ["amount", "close_in_days", "create", "name", "owner", "stage"]
    keys = _group(file, top, section, (*known, "pipeline") if hubspot else known)
    create = _flag(file, keys, "create", section in top)
    for key in ("pipeline", "stage") if hubspot else ("stage",):
        if create and key not in keys:
            file.wrong(
                top[section].line, f"`{section}` has no `{key}`.", "Write its internal name."
            )
    days = _get(keys, "close_in_days", lambda e: file.whole(e, 0))
    amount = _get(keys, "amount", file.number)
    return DealRules(
        create=create,
        name=_get(keys, "name", file.text) or DealRules().name,
        pipeline=_get(keys, "pipeline", file.text) or "",
        stage=_get(keys, "stage", file.text) or "",
        amount="" if amount is None else f"{amount:.15g}",
        owner=_get(keys, "owner", file.text) or "",
        close_in_days=DealRules().close_in_days if days is None else days,
    )


def _group(
    file: RuleText, top: Mapping[str, Entry], section: str, known: Collection[str]
) -> dict[str, Entry]:
    return file.entries(top[section].value, f"`{section}`", known) if section in top else {}


def _words(file: RuleText, keys: Mapping[str, Entry], key: str) -> dict[str, str]:
    entries = file.entries(keys[key].value, f"`{key}`") if key in keys else {}
    texts = {name: file.text(entry) for name, entry in entries.items()}
    return {name: text for name, text in texts.items() if text is not None}


def _flag(file: RuleText, keys: Mapping[str, Entry], key: str, otherwise: bool) -> bool:
    if key not in keys:
        return otherwise
    node: Any = keys[key].value
    if kind(node) != "true or false":
        file.wrong(keys[key].line, f"`{key}` is {kind(node)}.", "Write true or false.")
        return otherwise
    return str(node.value).lower() in ("true", "yes", "on")


def _written(name: str, type_: FieldType, place: str, line: int) -> FieldRule:
    return FieldRule(name, Kind(type_), (place,), Dialect(), line=line)


def _get(keys: Mapping[str, Entry], key: str, read: Callable[[Entry], T | None]) -> T | None:
    return read(keys[key]) if key in keys else None
