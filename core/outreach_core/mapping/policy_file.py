"""``policy.yml``: text to ``Policy``, or every mistake with its line.

The rule: what the file leaves out has the safe default of ``outreach_core.model.policy``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from outreach_core.mapping.yaml_text import Entry, RuleText, near
from outreach_core.model.policy import (
    ConflictScope,
    FieldPolicy,
    Guards,
    OnDelete,
    Policy,
    Strategy,
    TieBreak,
    WithoutEmail,
)

_WORDS = {
    "strategy": Strategy,
    "merge_fallback": Strategy,
    "lww_tiebreak": TieBreak,
    "conflict_scope": ConflictScope,
    "export_without_email": WithoutEmail,
    "on_crm_delete": OnDelete,
}
_TOLERANCE = "clock_skew_tolerance"
_SECONDS = (_TOLERANCE, "settle_seconds")
_MOST = ("max_writes_per_run", "max_api_calls_per_day")
_GROUPS = ("fields", "guards")
_COUNTS = ("floor", "max_archive_count", "max_conflicts", "max_creates")
_PERCENTS = ("max_archive_pct", "max_changed_pct", "max_cleared_pct", "max_creates_pct")
_MOST_PERCENT = 100


def parse_policy(text: str, source: str = "policy", known: Collection[str] | None = None) -> Policy:
    """Parse the policy file.

    Args:
        text: The file's content; empty means all defaults.
        source: Its name, for messages.
        known: The fields of the sheet's file; others are mistakes. ``None`` lets all pass.

    Raises:
        ConfigError: ``bad_rules``, naming every mistake with its line.
    """
    file = RuleText(source)
    node = file.root(text)
    top = file.entries(node, "the file", (*_WORDS, *_SECONDS, *_MOST, *_GROUPS)) if node else {}
    given: dict[str, Any] = {}
    for key, words in _WORDS.items():
        if key in top:
            given[key] = file.word(top[key], words)
    given |= {key: file.number(top[key]) for key in _SECONDS if key in top}
    given |= {key: file.whole(top[key]) for key in _MOST if key in top}
    if given.get("merge_fallback") is Strategy.MERGE:
        file.wrong(
            top["merge_fallback"].line, "`merge_fallback` cannot be merge.", "Write manual or lww."
        )
    if "guards" in top:
        given["guards"] = _guards(file, top["guards"], known)
    if "fields" in top:
        given["fields"] = _fields(file, top["fields"], known)
    file.stop_if_wrong()
    return Policy(**given)


def _guards(file: RuleText, group: Entry, known: Collection[str] | None) -> Guards:
    keys = file.entries(group.value, "`guards`", (*_COUNTS, *_PERCENTS, "exempt_fields"))
    given: dict[str, Any] = {}
    for key, entry in keys.items():
        if key in _COUNTS:
            given[key] = file.whole(entry)
        elif key in _PERCENTS:
            given[key] = _percent(file, entry)
        else:
            given[key] = file.texts(entry)
            for name in given[key] or ():
                _check_field(file, entry.line, name, known)
    return Guards(**given)


def _percent(file: RuleText, entry: Entry) -> float | None:
    number = file.number(entry)
    if number is not None and number > _MOST_PERCENT:
        file.wrong(entry.line, f"`{entry.key}` is above 100.", "Write a percentage.")
    return number


def _fields(
    file: RuleText, group: Entry, known: Collection[str] | None
) -> Mapping[str, FieldPolicy]:
    found = {}
    for name, entry in file.entries(group.value, "`fields`").items():
        _check_field(file, entry.line, name, known)
        keys = file.entries(entry.value, f"field `{name}`", ("strategy", "tiebreak"))
        found[name] = FieldPolicy(
            strategy=file.word(keys["strategy"], Strategy) if "strategy" in keys else None,
            tiebreak=file.word(keys["tiebreak"], TieBreak) if "tiebreak" in keys else None,
        )
    return found


def _check_field(file: RuleText, line: int, name: str, known: Collection[str] | None) -> None:
    if known is not None and name not in known:
        file.wrong(line, f"The sheet's file has no field `{name}`.", near(name, known))
