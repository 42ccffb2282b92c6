"""Objects and their fields, as far as the sync meets them.

The one rule: field facts come from `objects/*.txt`, drawn from recorded describes, and from the
seed's custom fields; no rule module knows a length or a picklist.

A line: `name|type|length[:precision.scale]|flags|label|references|relationship|compound|values`;
flags c createable, u updateable, n nillable, d defaulted, f filterable, s sortable, i idLookup,
R restricted picklist, p permissionable, N name field; `*` marks a default value.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).parent / "objects"
OBJECTS = (
    "Account",
    "Contact",
    "Lead",
    "LeadStatus",
    "Opportunity",
    "OpportunityContactRole",
    "OpportunityStage",
    "Organization",
    "Task",
    "User",
)
WRITABLE = ("Account", "Contact", "Lead", "Opportunity", "OpportunityContactRole", "Task")
NUMBERS = ("double", "currency", "percent", "int")

# https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/customfield.htm
CUSTOM_TYPES = {
    "Text": "string",
    "TextArea": "textarea",
    "LongTextArea": "textarea",
    "Checkbox": "boolean",
    "Date": "date",
    "DateTime": "datetime",
    "Number": "double",
    "Currency": "currency",
    "Percent": "percent",
    "Email": "email",
    "Phone": "phone",
    "Url": "url",
    "Picklist": "picklist",
    "Lookup": "reference",
}
LENGTHS = {"string": 80, "textarea": 255, "email": 80, "phone": 40, "url": 255, "picklist": 255}


@dataclass(frozen=True)
class Field:
    """One field of an object."""

    name: str
    type: str
    length: int
    flags: frozenset[str]
    label: str
    references: tuple[str, ...] = ()
    relationship: str = ""
    compound: str = ""
    values: tuple[str, ...] = ()
    default: str | None = None
    precision: int = 0
    scale: int = 0
    custom: bool = False
    external_id: bool = False
    unique: bool = False
    case_sensitive: bool = False

    def is_(self, flag: str) -> bool:
        """Whether the flag is set."""
        return flag in self.flags

    @property
    def keys_upserts(self) -> bool:
        """Whether an upsert may name this field."""
        return self.external_id or "i" in self.flags

    @cached_property
    def required(self) -> bool:
        """Whether a record a client writes must have it."""
        return bool(self.flags & {"c", "u"}) and "n" not in self.flags and self.type != "boolean"


@dataclass
class ObjectType:
    """One object; `by_key` finds a field whatever its case; `known` is what follows from fields."""

    name: str
    prefix: str
    label: str
    plural: str
    fields: dict[str, Field] = field(default_factory=dict)
    by_key: dict[str, str] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)

    def add(self, item: Field) -> None:
        """Add or replace a field."""
        self.fields[item.name] = item
        self.by_key[item.name.lower()] = item.name
        self.known.clear()

    def blank(self) -> dict[str, Any]:
        """A new record's values before anybody said anything."""
        if "blank" not in self.known:
            self.known["blank"] = {item.name: _initial(item) for item in self.fields.values()}
        return dict(self.known["blank"])

    def required(self) -> list[str]:
        """The fields a record must have."""
        if "required" not in self.known:
            self.known["required"] = [i.name for i in self.fields.values() if i.required]
        found: list[str] = self.known["required"]
        return found

    def unique(self) -> list[Field]:
        """The fields whose values belong to one record."""
        if "unique" not in self.known:
            self.known["unique"] = [i for i in self.fields.values() if i.unique]
        found: list[Field] = self.known["unique"]
        return found

    def find(self, name: str) -> Field | None:
        """The field of this name."""
        return self.fields.get(self.by_key.get(name.lower(), ""))

    def parent(self, name: str) -> Field | None:
        """The reference field behind a relationship name such as `Owner`."""
        wanted = name.lower()
        found = (f for f in self.fields.values() if f.relationship.lower() == wanted)
        return next(found, None) if wanted else None

    def drop(self, name: str) -> None:
        """Hide a field from this user: it is as if it did not exist."""
        item = self.find(name)
        if item is None:
            raise ValueError(f"{self.name} has no field {name}")
        del self.fields[item.name], self.by_key[item.name.lower()]
        self.known.clear()

    def freeze(self, name: str) -> None:
        """Let this user see a field and not change it."""
        item = self.find(name)
        if item is None:
            raise ValueError(f"{self.name} has no field {name}")
        self.add(replace(item, flags=item.flags - {"c", "u"}))


def standard_types() -> dict[str, ObjectType]:
    """A fresh copy of every object, by lower-case name."""
    return {name.lower(): _copy(_read(name)) for name in OBJECTS}


def custom_field(spec: Mapping[str, Any]) -> Field:
    """A field as an administrator makes it: {name, type, length, external_id, unique, ...}."""
    kind = CUSTOM_TYPES.get(str(spec.get("type", "Text")))
    if kind is None:
        raise ValueError(f"no such field type: {spec.get('type')}; there are {list(CUSTOM_TYPES)}")
    name = str(spec["name"])
    long_text = spec.get("type") == "LongTextArea"
    flags = set("cunp") | (set() if long_text else set("fs"))
    if spec.get("required"):
        flags.discard("n")
    if kind == "boolean":
        flags = (flags - {"n"}) | {"d"}
    if spec.get("restricted"):
        flags.add("R")
    return Field(
        name=name,
        type=kind,
        length=18 if kind == "reference" else int(spec.get("length", LENGTHS.get(kind, 0))),
        flags=frozenset(flags),
        label=str(spec.get("label", name.removesuffix("__c").replace("_", " "))),
        references=(str(spec["references"]),) if kind == "reference" else (),
        relationship=name.removesuffix("__c") + "__r" if kind == "reference" else "",
        values=tuple(spec.get("values", ())),
        default=spec.get("default"),
        precision=int(spec.get("precision", 18)) if kind in NUMBERS else 0,
        scale=int(spec.get("scale", 0)),
        custom=True,
        external_id=bool(spec.get("external_id")),
        unique=bool(spec.get("unique")),
        case_sensitive=bool(spec.get("case_sensitive")),
    )


def _initial(item: Field) -> Any:
    if item.type == "boolean":
        return str(item.default).lower() == "true"
    return item.default


def _copy(kind: ObjectType) -> ObjectType:
    return replace(kind, fields=dict(kind.fields), by_key=dict(kind.by_key), known={})


@cache
def _read(name: str) -> ObjectType:
    head, *lines = (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    api_name, prefix, label, plural = head.split("|")
    kind = ObjectType(api_name, prefix, label, plural)
    for line in lines:
        kind.add(_parse(line))
    return kind


def _parse(line: str) -> Field:
    cells = [*line.split("|"), "", "", "", "", ""][:9]
    name, type_, size, flags, label, references, relationship, compound, values = cells
    length, _, digits = size.partition(":")
    precision, _, scale = digits.partition(".")
    listed = [v for v in values.split(";") if v]
    default = next((v.removesuffix("*") for v in listed if v.endswith("*")), None)
    return Field(
        name=name,
        type=type_,
        length=int(length),
        flags=frozenset(flags),
        label=label,
        references=tuple(r for r in references.split(",") if r),
        relationship=relationship,
        compound=compound,
        values=tuple(v.removesuffix("*") for v in listed),
        default=default,
        precision=int(precision or 0),
        scale=int(scale or 0),
    )
