"""Compares all linked rows with their records, read anew. Rule: pure, and writes nothing; each pair ends in one count.

    1  the row is not in the sheet any more                       gone
    2  the record is not in the CRM any more                      gone
    3  the field cannot be read on one side                       unreadable
    4  both show the same                                         same
    5  there is a question about it, or it was left on purpose    asked
    6  the field's rules let the two differ                       by rule
    7  else                                                       drift

Drift is what neither a person nor a rule wants: seven in a hundred of 4 and 7 are 7 %. What is gone counts as
one drifted pair. Status is not compared: each side has its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from outreach_cli.exits import Exit
from outreach_cli.wording import SIDES, business_word, field_word, plural, value_word
from outreach_core.mapping import Reading
from outreach_core.model import BLANK, FieldValue, LinkState, Side
from outreach_core.model.fields import Blank, Direction, FieldSpec
from outreach_core.model.planning import Link, PlanningInput

STATUS = "status"
LIMIT = 2.0  # per cent
GONE_ROW = "The row is not in the sheet any more."
GONE_RECORD = "The record is not there any more, or not to be seen."
NEW_EDIT = "Changed in {where} since they agreed. Run the sync, then verify again."
NOBODY = "Nobody changed it since they agreed. Correct one of the two; the sync carries it."


class End(StrEnum):
    """Where one pair of values ended."""

    SAME = "same"
    DRIFT = "drift"
    GONE = "gone"
    ASKED = "asked"
    BY_RULE = "by_rule"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Drift:
    """One field that differs although nobody wants it to, or a record or row that is gone."""

    business: str
    field: str
    sheet: str
    where: str
    crm: str
    why: str

    def to_json(self) -> dict[str, str]:
        """Return the stable form for scripts."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class VerifyView:
    """Everything `outreach verify` shows."""

    links: int
    counts: Mapping[End, int]
    drifted: tuple[Drift, ...]
    limit: float = LIMIT

    @property
    def percent(self) -> float:
        """How much of what should be the same is not."""
        lost = self.counts.get(End.DRIFT, 0) + self.counts.get(End.GONE, 0)
        compared = lost + self.counts.get(End.SAME, 0)
        return 100 * lost / compared if compared else 0.0

    @property
    def exit(self) -> Exit:
        """Clean as long as the limit holds."""
        return Exit.REJECTED if self.percent > self.limit else Exit.CLEAN

    @property
    def headline(self) -> str:
        """One sentence for everything."""
        if not self.links:
            return "No row is linked to a record yet: there is nothing to compare."
        pairs = plural(self.links, "linked record")
        if not self.drifted:
            return f"{pairs} compared: no drift."
        found = plural(len(self.drifted), "field has", "fields have")
        return f"{pairs} compared: {found} drifted, {self.percent:.2f} %."

    def to_json(self) -> dict[str, object]:
        """Return the stable form for scripts."""
        return {
            "headline": self.headline,
            "links": self.links,
            "percent": round(self.percent, 4),
            "limit": self.limit,
            "exit_code": int(self.exit),
            "counts": {str(end): self.counts.get(end, 0) for end in End},
            "drifted": [line.to_json() for line in self.drifted],
        }


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read just now, by row id and by CRM and record id."""

    rows: Mapping[str, Reading]
    records: Mapping[tuple[Side, str], Reading]


def active(links: Iterable[Link]) -> list[Link]:
    """Return the links that are kept in step."""
    return [link for link in links if link.state is LinkState.ACTIVE]


def compare(
    given: PlanningInput,
    seen: Seen,
    specs: Mapping[str, FieldSpec],
    names: Mapping[str | int, str],
    labels: Mapping[str, str],
    limit: float = LIMIT,
) -> VerifyView:
    """Compare every linked row with its records.

    Args:
        given: What the ledger knows: links, bases, open questions.
        seen: What the sides show.
        specs: The fields that are kept in step.
        names: What to call each row.
        labels: Column headers by canonical field name.
        limit: How much drift is fine, in per cent.
    """
    links = active(given.links)
    ends = [end for link in links for end in _compared(given, seen, link, specs)]
    drifted = tuple(_said(end, names, labels) for end in ends if end.end in (End.DRIFT, End.GONE))
    return VerifyView(len(links), Counter(end.end for end in ends), drifted, limit)


@dataclass(frozen=True, slots=True)
class _Pair:
    """One field of one link, and where it ended."""

    end: End
    link: Link
    field: str = ""
    sheet: FieldValue = BLANK
    crm: FieldValue = BLANK
    why: str = ""


def _compared(
    given: PlanningInput, seen: Seen, link: Link, specs: Mapping[str, FieldSpec]
) -> Iterator[_Pair]:
    row = seen.rows.get(link.rid)
    record = seen.records.get((link.side, link.record_id))
    if row is None:
        yield _Pair(End.GONE, link, why=GONE_ROW)  # 1
    elif record is None:
        yield _Pair(End.GONE, link, why=GONE_RECORD)  # 2
    else:
        for spec in specs.values():
            if link.side in spec.sides and spec.name != STATUS:
                yield _field(given, link, spec, row, record)


def _field(
    given: PlanningInput, link: Link, spec: FieldSpec, row: Reading, record: Reading
) -> _Pair:
    name = spec.name
    if name in row.problems or name in record.problems:
        return _Pair(End.UNREADABLE, link, name)  # 3
    sheet, crm = row.fields.get(name, BLANK), record.fields.get(name, BLANK)
    if sheet.key == crm.key:
        return _Pair(End.SAME, link, name)  # 4
    if any((one.rid, one.field) == (link.rid, name) for one in given.conflicts):
        return _Pair(End.ASKED, link, name)  # 5
    if _may_differ(spec, link.side, sheet, crm):
        return _Pair(End.BY_RULE, link, name)  # 6
    return _Pair(End.DRIFT, link, name, sheet, crm, _why(given, link, name, sheet, crm))  # 7


def _may_differ(spec: FieldSpec, side: Side, sheet: FieldValue, crm: FieldValue) -> bool:
    one_way = spec.directions.get(side, Direction.TWO_WAY) is not Direction.TWO_WAY
    return one_way or (spec.blank is Blank.IGNORE and (sheet.blank or crm.blank))


def _why(given: PlanningInput, link: Link, name: str, sheet: FieldValue, crm: FieldValue) -> str:
    moved = [
        SIDES[side]
        for side, now in ((Side.SHEET, sheet), (link.side, crm))
        if given.bases.get((link.rid, side), {}).get(name, BLANK).key != now.key
    ]
    return NEW_EDIT.format(where=" and in ".join(moved)) if moved else NOBODY


def _said(pair: _Pair, names: Mapping[str | int, str], labels: Mapping[str, str]) -> Drift:
    is_gone = pair.end is End.GONE
    return Drift(
        business=business_word(names, pair.link.rid),
        field="" if is_gone else field_word(pair.field, labels),
        sheet="" if is_gone else value_word(pair.sheet),
        where=SIDES[pair.link.side],
        crm="" if is_gone else value_word(pair.crm),
        why=pair.why,
    )
