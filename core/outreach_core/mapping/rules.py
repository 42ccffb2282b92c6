"""One side's rules at work: its columns or properties to canonical fields, and back.

The rule: a bad value costs its own field and nothing else; it becomes a ``Problem`` and is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from outreach_core.mapping import kinds
from outreach_core.mapping.outreach import CompanyRules, OutreachColumns, TellingRules
from outreach_core.mapping.persons import join_name, split_name
from outreach_core.mapping.raw import Trouble, clean_text, comparable, shape
from outreach_core.model import FieldValue, Json, Problem, Side
from outreach_core.model.fields import Blank, Direction
from outreach_core.model.policy import StatusRules

Cell = str | int | float | bool | None


class Join(StrEnum):
    """How several properties make one field."""

    PERSON_NAME = "person_name"


@dataclass(frozen=True, slots=True)
class FieldRule:
    """Where one field lives on one side.

    Attributes:
        places: Columns or properties; ``raw`` is a list of theirs if there is more than one.
        line: In the rule file, for messages.
        overflow: ``places[1]`` takes the whole text when it is too long for ``places[0]``.
    """

    name: str
    kind: kinds.Kind
    places: tuple[str, ...]
    dialect: kinds.Dialect
    join: Join | None = None
    max_length: int | None = None
    overflow: bool = False
    direction: Direction = Direction.TWO_WAY
    blank: Blank = Blank.PROPAGATE
    line: int = 0

    def read(self, raws: tuple[Json, ...]) -> FieldValue | Problem:
        """Read the field from its places' raw values."""
        raw = raws[0] if len(raws) == 1 else list(raws)
        given = self._one(raws)
        seen = given if isinstance(given, Trouble) else kinds.read(self.kind, self.dialect, given)
        if isinstance(seen, Trouble):
            return self._problem(seen, raw)
        return FieldValue(raw) if seen is None else FieldValue(raw, seen.value, seen.key)

    def render(self, value: str | None) -> dict[str, Cell] | Problem:
        """Return what to write to which place; ``None`` clears."""
        if value is None:
            return dict.fromkeys(self.places[:1] if self.overflow else self.places)
        rendered = kinds.render(self.kind, self.dialect, value)
        if isinstance(rendered, Trouble):
            return self._problem(rendered, value)
        if self.join is Join.PERSON_NAME:
            return dict(zip(self.places, split_name(str(rendered)), strict=True))
        if self.max_length is None or len(str(rendered)) <= self.max_length:
            return {self.places[0]: rendered}
        if not self.overflow:
            return self._problem(self._too_long(), value)
        return {self.places[0]: shortened(value, self.max_length), self.places[1]: value}

    def spread(self, raw: Json) -> dict[str, Json]:
        """Return the raw value of each place from the field's ``raw``."""
        if len(self.places) == 1:
            return {self.places[0]: raw}
        parts = list(raw) if isinstance(raw, list | tuple) else []
        parts += [None] * (len(self.places) - len(parts))
        return dict(zip(self.places, parts, strict=False))

    def _one(self, raws: tuple[Json, ...]) -> Json:
        if len(raws) == 1:
            return raws[0]
        texts: list[str | None] = []
        for raw in raws:
            text = clean_text(raw)
            if isinstance(text, Trouble):
                return text
            texts.append(text)
        if self.join is Join.PERSON_NAME:
            return join_name(*texts)
        return self._unshortened(*texts)

    def _unshortened(self, short: str | None, whole: str | None) -> str | None:
        if short is None or whole is None or self.max_length is None:
            return short
        cut = shortened(whole, self.max_length)
        return whole if comparable(short) == comparable(cut) else short

    def _too_long(self) -> Trouble:
        return Trouble(
            "too_long",
            f"The text is longer than the {self.max_length} characters that fit there.",
            "Shorten it, or give the field an `overflow_to` in the rule file.",
        )

    def _problem(self, trouble: Trouble, raw: Json) -> Problem:
        return Problem(trouble.code, self.name, trouble.message, shape(raw), trouble.remedy)


@dataclass(frozen=True, slots=True)
class Reading:
    """The fields of one record, and those that could not be used."""

    fields: Mapping[str, FieldValue]
    problems: Mapping[str, Problem]


@dataclass(frozen=True, slots=True)
class Rendered:
    """What to write: ``placed`` names for each canonical field the places its value went to."""

    values: Mapping[str, Cell]
    placed: Mapping[str, tuple[str, ...]]
    problems: Mapping[str, Problem]


@dataclass(frozen=True, slots=True)
class SideRules:
    """One rule file.

    Attributes:
        object: The CRM's object a row becomes (``contacts``); ``row`` for the sheet.
        external_id: The CRM property that holds the row's id.
        extra: Read-only values by our name → property.
        written: What only we write, by our name; read back, never merged.
        status: How the sheet's Status and this CRM's go together.
        telling: What this CRM is told of.
        columns: The sheet: the outreach system's own columns.
        company: The sheet: what stands for a row's company.
        campaign: The sheet: what the campaign is called.
        converted: Salesforce: where the fields live once a lead was converted to a contact.
        source: The file, for messages.
    """

    side: Side
    object: str
    fields: Mapping[str, FieldRule]
    external_id: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, FieldRule] = field(default_factory=dict)
    status: StatusRules | None = None
    telling: TellingRules = field(default_factory=TellingRules)
    columns: OutreachColumns = field(default_factory=OutreachColumns)
    company: CompanyRules = field(default_factory=CompanyRules)
    campaign: str = ""
    converted: SideRules | None = None
    source: str = ""

    @property
    def all_fields(self) -> Mapping[str, FieldRule]:
        """The merged fields and those that only we write."""
        return {**self.written, **self.fields}

    def of_object(self, obj: str | None) -> SideRules:
        """Return the rules of one of the side's objects; those of the main one unless it is another."""
        if self.converted is not None and obj == self.converted.object:
            return self.converted
        return self

    def read_typed(self, name: str, typed: str) -> FieldValue | Problem:
        """Read what a person typed for a field, as this side would show it."""
        rule = self.fields.get(name)
        if rule is None:
            return Problem("unknown_field", name, "There is no such field.", remedy="Choose again.")
        return rule.read((typed, *(None for _ in rule.places[1:])))

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns or properties that are read, each once, in the order of the file."""
        mapped = [place for rule in self.all_fields.values() for place in rule.places]
        return tuple(dict.fromkeys([*mapped, *self.extra.values()]))

    def read(self, record: Mapping[str, Json], only: Collection[str] | None = None) -> Reading:
        """Read canonical fields from cells by header or properties by name.

        A cell that is absent is blank. A CRM property that is absent was not shown, which is not the
        same: a property deleted in the account must not look like a value that a person cleared.
        """
        fields: dict[str, FieldValue] = {}
        problems: dict[str, Problem] = {}
        for name, rule in self.all_fields.items():
            if only is not None and name not in only:
                continue
            missing = [place for place in rule.places if place not in record]
            if missing and self.side is not Side.SHEET:
                problems[name] = _not_shown(name, missing[0])
                continue
            result = rule.read(tuple(record.get(place) for place in rule.places))
            if isinstance(result, Problem):
                problems[name] = result
            else:
                fields[name] = result
        return Reading(fields, problems)

    def render(
        self, fields: Mapping[str, str | None], only: Collection[str] | None = None
    ) -> Rendered:
        """Return what to write for canonical values; ``only`` limits it to some fields."""
        values: dict[str, Cell] = {}
        placed: dict[str, tuple[str, ...]] = {}
        problems: dict[str, Problem] = {}
        for name, value in fields.items():
            if only is not None and name not in only:
                continue
            rule = self.all_fields.get(name)
            result = rule.render(value) if rule else _not_mapped(name)
            if isinstance(result, Problem):
                problems[name] = result
            else:
                values.update(result)
                placed[name] = tuple(result)
        return Rendered(values, placed, problems)

    def spread(self, raws: Mapping[str, Json]) -> dict[str, Json]:
        """Return raw values by place from raw values by canonical field."""
        spread: dict[str, Json] = {}
        for name, raw in raws.items():
            if name in self.all_fields:
                spread.update(self.all_fields[name].spread(raw))
        return spread

    def extras(self, record: Mapping[str, Json]) -> dict[str, str]:
        """Return the read-only values that are filled."""
        texts = {name: clean_text(record.get(place)) for name, place in self.extra.items()}
        return {name: text for name, text in texts.items() if isinstance(text, str)}


def shortened(text: str, length: int) -> str:
    """Return text cut to a length, with an ellipsis, so that the cut is seen and recognised."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _not_shown(name: str, place: str) -> Problem:
    return Problem(
        "not_shown",
        name,
        f"The answer has no property {place}.",
        shape(None),
        "Check that the property exists and that the account may read it.",
    )


def _not_mapped(name: str) -> Problem:
    return Problem(
        "not_mapped",
        name,
        "The rules do not name this field any more.",
        "",
        "Nothing is to be done; the next run plans with the new rules.",
    )
