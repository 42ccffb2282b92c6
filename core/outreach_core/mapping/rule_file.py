"""``sheet.yml`` and the CRMs' rule files: text to ``SideRules``, or every mistake with its line.

The rule: the sheet's file alone fixes what type a field has; a CRM's file only says where it lives there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from yaml.nodes import Node

from outreach_core.mapping.kinds import Dialect, Kind, fold
from outreach_core.mapping.outreach_file import (
    CRM_SECTIONS,
    SHEET_SECTIONS,
    read_campaign,
    read_columns,
    read_company,
    read_status,
    read_telling,
    read_written,
)
from outreach_core.mapping.rules import FieldRule, Join, SideRules
from outreach_core.mapping.yaml_text import Entry, RuleText, bad_rules, near
from outreach_core.model import Side
from outreach_core.model.fields import Blank, Direction, FieldType

T = TypeVar("T")

_SHEET_KEYS = ("fields", "side", "time_zone", *SHEET_SECTIONS)
_CRM_KEYS = ("converted", "external_id", "extra", "fields", "object", "side", *CRM_SECTIONS)
_CONVERTED_KEYS = ("extra", "fields", "object", "written")
_SHEET_FIELD = ("blank", "column", "region", "type")
_CRM_FIELD = (
    "blank",
    "direction",
    "join",
    "max_length",
    "overflow_to",
    "properties",
    "property",
    "values",
)


def parse_rules(
    text: str, source: str = "rules", kinds: Mapping[str, Kind] | None = None
) -> SideRules:
    """Parse one rule file.

    Args:
        text: The file's content.
        source: Its name, for messages.
        kinds: For a CRM's file: the fields of the sheet's file (``kinds_of``).

    Raises:
        ConfigError: ``bad_rules``, naming every mistake with its line.
    """
    file = RuleText(source)
    node = file.root(text)
    side = _side(file, node)
    top = file.entries(node, "the file", _SHEET_KEYS if side is Side.SHEET else _CRM_KEYS)
    rules = _sheet(file, top) if side is Side.SHEET else _crm(file, top, side, kinds or {})
    _places_once(file, rules)
    file.stop_if_wrong()
    return rules


def kinds_of(sheet: SideRules) -> Mapping[str, Kind]:
    """Return the sheet's fields with their types: what a CRM's file is read with."""
    return {name: rule.kind for name, rule in sheet.fields.items()}


def _side(file: RuleText, node: Node | None) -> Side:
    """Return whose rules these are; without that no other key can be judged."""
    glance = RuleText(file.source)
    top = glance.entries(node, "the file")
    if "side" in top:
        side = file.word(top["side"], Side)
        if side is not None:
            return side
    elif top:
        file.wrong(1, "`side` is missing.", f"Write one of {', '.join(Side)}.")
    raise bad_rules(file.mistakes or glance.mistakes)


def _sheet(file: RuleText, top: Mapping[str, Entry]) -> SideRules:
    zone = _time_zone(file, top)
    fields = {}
    for name, entry in _field_entries(file, top).items():
        keys = file.entries(entry.value, f"field `{name}`", _SHEET_FIELD)
        type_ = _wanted(file, entry, keys, "type", "Write `type: text` or another type.")
        kind = _get(keys, "type", lambda e: file.word(e, FieldType)) if type_ else None
        column = _wanted(file, entry, keys, "column", "Write the header of its column.")
        place = _get(keys, "column", file.text) if column else None
        if kind is FieldType.DATETIME and zone is None:
            file.wrong(entry.line, f"`{name}` is a datetime.", "Add `time_zone` to the file.")
        fields[name] = FieldRule(
            name=name,
            kind=Kind(kind or FieldType.TEXT, _region(file, keys, kind), zone),
            places=(place,) if place else (),
            dialect=Dialect(native=True),
            blank=_get(keys, "blank", lambda e: file.word(e, Blank)) or Blank.PROPAGATE,
            line=entry.line,
        )
    kinds = {name: rule.kind for name, rule in fields.items()}
    return SideRules(
        Side.SHEET,
        "row",
        fields,
        columns=read_columns(file, top),
        company=read_company(file, top, kinds),
        campaign=read_campaign(file, top),
        source=file.source,
    )


def _crm(
    file: RuleText, top: Mapping[str, Entry], side: Side, kinds: Mapping[str, Kind]
) -> SideRules:
    for key in ("object", "external_id"):
        if key not in top:
            file.wrong(1, f"`{key}` is missing.", "Write it at the top of the file.")
    return SideRules(
        side=side,
        object=_get(top, "object", file.text) or "",
        fields=_crm_fields(file, top, kinds),
        external_id=_get(top, "external_id", file.text),
        extra=_extra(file, top),
        written=read_written(file, top),
        status=read_status(file, top),
        telling=read_telling(file, top, side),
        converted=_converted(file, top, side, kinds),
        source=file.source,
    )


def _converted(
    file: RuleText, top: Mapping[str, Entry], side: Side, kinds: Mapping[str, Kind]
) -> SideRules | None:
    """Read where a converted lead's fields live on its contact."""
    if "converted" not in top:
        return None
    if side is not Side.SALESFORCE:
        file.wrong(top["converted"].line, "`converted` is Salesforce's word.", "Take it out.")
        return None
    keys = file.entries(top["converted"].value, "`converted`", _CONVERTED_KEYS)
    if "object" not in keys:
        file.wrong(top["converted"].line, "`converted` has no `object`.", "Write `contacts`.")
    return SideRules(
        side=side,
        object=_get(keys, "object", file.text) or "",
        fields=_crm_fields(file, keys, kinds),
        external_id=_get(top, "external_id", RuleText(file.source).text),
        extra=_extra(file, keys),
        written=read_written(file, keys),
        source=file.source,
    )


def _crm_fields(
    file: RuleText, top: Mapping[str, Entry], kinds: Mapping[str, Kind]
) -> dict[str, FieldRule]:
    fields = {}
    for name, entry in _field_entries(file, top).items():
        if name not in kinds:
            remedy = near(name, kinds) if kinds else "Name it in the sheet's file first."
            file.wrong(entry.line, f"The sheet's file has no field `{name}`.", remedy)
            continue
        fields[name] = _crm_field(file, name, entry, kinds[name])
    return fields


def _crm_field(file: RuleText, name: str, entry: Entry, kind: Kind) -> FieldRule:
    keys = file.entries(entry.value, f"field `{name}`", _CRM_FIELD)
    join = _get(keys, "join", lambda e: file.word(e, Join))
    places = _places(file, name, entry, keys)
    length = _get(keys, "max_length", lambda e: file.whole(e, 2))
    overflow = _get(keys, "overflow_to", file.text)
    if overflow and length is None:
        file.wrong(keys["overflow_to"].line, "`overflow_to` stands alone.", "Add `max_length`.")
    if kind.type is not FieldType.TEXT:
        for key in ("join", "max_length", "overflow_to"):
            if key in keys:
                file.wrong(keys[key].line, f"`{key}` is for text alone.", "Take it out.")
    return FieldRule(
        name=name,
        kind=kind,
        places=(*places, overflow) if overflow else places,
        dialect=Dialect(words=_words(file, keys, kind)),
        join=join,
        max_length=length,
        overflow=bool(overflow),
        direction=_get(keys, "direction", lambda e: file.word(e, Direction)) or Direction.TWO_WAY,
        blank=_get(keys, "blank", lambda e: file.word(e, Blank)) or Blank.PROPAGATE,
        line=entry.line,
    )


def _places(file: RuleText, name: str, entry: Entry, keys: Mapping[str, Entry]) -> tuple[str, ...]:
    if "property" in keys and "properties" in keys:
        file.wrong(entry.line, f"`{name}` has `property` and `properties`.", "Keep one.")
    if "properties" not in keys:
        one = _wanted(file, entry, keys, "property", "Write the name of its property.")
        place = file.text(one) if one else None
        if "join" in keys:
            file.wrong(keys["join"].line, "`join` needs two properties.", "Write `properties`.")
        return (place,) if place else ()
    places = file.texts(keys["properties"]) or ()
    if len(places) != 2 or "join" not in keys:
        file.wrong(
            keys["properties"].line,
            "`properties` is for a first and a last name.",
            "Name two and add `join: person_name`, or write `property`.",
        )
    return places


def _words(file: RuleText, keys: Mapping[str, Entry], kind: Kind) -> dict[str, str]:
    if "values" not in keys:
        return {}
    if kind.type not in (FieldType.CHOICE, FieldType.CHOICES):
        file.wrong(keys["values"].line, "`values` is for choices alone.", "Take it out.")
    words: dict[str, str] = {}
    theirs: dict[str, str] = {}
    for ours, entry in file.entries(keys["values"].value, "`values`").items():
        word = file.text(entry)
        if word is None:
            continue
        if fold(ours) in map(fold, words):
            what = f"`{ours}` stands twice but for its capitals."
            file.wrong(entry.line, what, "Keep one of them.")
        first = theirs.setdefault(fold(word), ours)
        if first != ours:
            what = f"`{ours}` and `{first}` would be the same there."
            file.wrong(entry.line, what, "Give each its own word, or leave one out.")
        words[ours] = word
    return words


def _field_entries(file: RuleText, top: Mapping[str, Entry]) -> dict[str, Entry]:
    if "fields" not in top:
        file.wrong(1, "`fields` is missing.", "Name at least one field under it.")
        return {}
    entries = file.entries(top["fields"].value, "`fields`")
    for name, entry in entries.items():
        if not name.isidentifier() or not name.islower():
            file.wrong(entry.line, f"`{name}` is no field name.", "Use a_z, 0-9 and _ only.")
    return entries


def _extra(file: RuleText, top: Mapping[str, Entry]) -> dict[str, str]:
    entries = file.entries(top["extra"].value, "`extra`") if "extra" in top else {}
    texts = {name: file.text(entry) for name, entry in entries.items()}
    return {name: text for name, text in texts.items() if text is not None}


def _time_zone(file: RuleText, top: Mapping[str, Entry]) -> str | None:
    name = _get(top, "time_zone", file.text)
    try:
        return ZoneInfo(name).key if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        file.wrong(
            top["time_zone"].line, "`time_zone` is not known.", "Write one such as Europe/London."
        )
        return None


def _region(file: RuleText, keys: Mapping[str, Entry], kind: FieldType | None) -> str | None:
    region = _get(keys, "region", file.text)
    if region is None:
        return None
    if kind is not FieldType.PHONE:
        file.wrong(keys["region"].line, "`region` is for phones alone.", "Take it out.")
    elif region not in phonenumbers.SUPPORTED_REGIONS:
        file.wrong(
            keys["region"].line, "`region` is not known.", "Write two capitals, such as GB or TR."
        )
    return region


def _places_once(file: RuleText, rules: SideRules) -> None:
    taken: dict[str, FieldRule] = {}
    for rule in (*rules.fields.values(), *rules.written.values()):
        for place in rule.places:
            other = taken.setdefault(place, rule)
            if other is not rule or rule.places.count(place) > 1:
                what = f"`{place}` is read by `{rule.name}` and, in line {other.line}, by `{other.name}`."
                file.wrong(rule.line, what, "A value has one field: take one out.")
                break
        if rules.external_id is not None and rules.external_id in rule.places:
            what = f"`{rules.external_id}` holds the row's id."
            file.wrong(rule.line, what, "Map another property.")


def _wanted(
    file: RuleText, parent: Entry, keys: Mapping[str, Entry], key: str, remedy: str
) -> Entry | None:
    if key not in keys:
        file.wrong(parent.line, f"`{parent.key}` has no `{key}`.", remedy)
        return None
    return keys[key]


def _get(keys: Mapping[str, Entry], key: str, read: Callable[[Entry], T | None]) -> T | None:
    return read(keys[key]) if key in keys else None
