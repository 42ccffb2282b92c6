"""The sections of a rule file that are not fields: text to the dataclasses of ``outreach.py``.

The rule: as in the rest of the file, every mistake is noted with its line and reading goes on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any, TypeVar

from yaml.nodes import SequenceNode

from outreach_core.mapping.kinds import Dialect, Kind
from outreach_core.mapping.outreach import (
    DEAL_WORDS,
    CompanyRules,
    DealRules,
    EmailRules,
    OutreachColumns,
    TellingRules,
)
from outreach_core.mapping.rules import FieldRule
from outreach_core.mapping.yaml_text import Entry, RuleText, kind, line, near
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
_HOST = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+")
_TOKEN = re.compile(r"\{[^{}]*\}")
_TEN_YEARS = 3650


def read_columns(file: RuleText, top: Mapping[str, Entry]) -> OutreachColumns:
    """Read ``outreach``: headers of the outreach system's own columns."""
    known = tuple(one.name for one in fields(OutreachColumns))
    keys = _group(file, top, "outreach", known)
    given = {name: file.text(entry) for name, entry in keys.items()}
    columns = OutreachColumns(**{name: text for name, text in given.items() if text})
    _once(file, keys, asdict(columns))
    return columns


def _once(file: RuleText, keys: Mapping[str, Entry], headers: Mapping[str, str]) -> None:
    """A date that is read as sent and as answered would tell of what never happened."""
    readers: dict[str, str] = {}
    for name in sorted(headers, key=lambda known: (known in keys, known)):
        other = readers.setdefault(headers[name], name)
        if other != name:
            pair = " and ".join(f"`{one}`" for one in sorted((name, other)))
            number = max(keys[one].line for one in (name, other) if one in keys)
            file.wrong(number, f"{pair} are one column.", "Give each its own, or leave one out.")


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
    return CompanyRules(name, _get(keys, "shared_hosts", lambda e: _hosts(file, e)) or ())


def _hosts(file: RuleText, entry: Entry) -> tuple[str, ...]:
    """Read hosts; one that could never match would let a company be made for everybody's page."""
    texts = file.texts(entry) or ()
    hosts = [text.strip().lower().removeprefix("www.") for text in texts]
    if isinstance(entry.value, SequenceNode) and len(hosts) == len(entry.value.value):
        for host, node in zip(hosts, entry.value.value, strict=True):
            if not _HOST.fullmatch(host):
                what = "`shared_hosts` has something that is no host."
                file.wrong(line(node), what, "Write it like linktr.ee.")
    return tuple(dict.fromkeys(hosts))


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
    if place and "status" in _glance(file, top, "fields"):
        file.wrong(top["status"].line, "`status` is a field and a section.", "Take the field out.")
    elif place:
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
    for value, (word, number) in pull.items():
        if word.strip().casefold() == _NEVER:
            what = f"`{value.strip()}` would set the sheet's Status to Approved."
            file.wrong(number, what, "That starts e-mails: choose another word.")
    order = _get(keys, "order", file.texts) or ()
    for value in _again(order):
        file.wrong(keys["order"].line, f"`{value}` stands twice in `order`.", "Keep one of them.")
    return StatusRules(
        push={_fold(ours): theirs for ours, (theirs, _) in _words(file, keys, "push").items()},
        order=order,
        pull={_fold(theirs): ours for theirs, (ours, _) in pull.items()},
    )


def _fold(text: str) -> str:
    return text.strip().casefold()


def _again(texts: Iterable[str]) -> list[str]:
    """Return the texts that stood there before, but for their capitals."""
    given = list(texts)
    folded = list(map(_fold, given))
    return [text for n, text in enumerate(given) if folded[n] in folded[:n]]


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
    if days is not None and days > _TEN_YEARS:
        what = "`close_in_days` is more than ten years."
        file.wrong(keys["close_in_days"].line, what, "Write fewer days.")
    amount = _get(keys, "amount", file.number)
    return DealRules(
        create=create,
        name=_get(keys, "name", lambda e: _pattern(file, e)) or DealRules().name,
        pipeline=_get(keys, "pipeline", file.text) or "",
        stage=_get(keys, "stage", file.text) or "",
        amount="" if amount is None else f"{amount:.15g}",
        owner=_get(keys, "owner", file.text) or "",
        close_in_days=DealRules().close_in_days if days is None else days,
    )


def _pattern(file: RuleText, entry: Entry) -> str | None:
    text = file.text(entry)
    if set(_TOKEN.findall(text or "")) - set(DEAL_WORDS):
        what = "`name` has a word in braces that is not known."
        file.wrong(entry.line, what, f"Known here: {', '.join(DEAL_WORDS)}.")
    return text


def _group(
    file: RuleText, top: Mapping[str, Entry], section: str, known: Collection[str]
) -> dict[str, Entry]:
    if section not in top:
        return {}
    if kind(top[section].value) == "nothing":  # where nothing stands, the reader is a line further
        file.wrong(top[section].line, f"`{section}` is empty.", "Fill it, or take it out.")
        return {}
    return file.entries(top[section].value, f"`{section}`", known)


def _glance(file: RuleText, top: Mapping[str, Entry], section: str) -> Mapping[str, Entry]:
    """Return a section's keys; what is wrong with them is judged where they are read."""
    noted = RuleText(file.source)
    return noted.entries(top[section].value, section) if section in top else {}


def _words(file: RuleText, keys: Mapping[str, Entry], key: str) -> dict[str, tuple[str, int]]:
    """Return the words of one side by those of the other, each with its line."""
    entries = file.entries(keys[key].value, f"`{key}`") if key in keys else {}
    for name in _again(entries):
        what = f"`{name}` stands twice but for its capitals."
        file.wrong(entries[name].line, what, "Keep one of them.")
    texts = {name: (file.text(entry), entry.line) for name, entry in entries.items()}
    return {name: (text, number) for name, (text, number) in texts.items() if text is not None}


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
