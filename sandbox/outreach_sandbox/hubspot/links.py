"""Which record is associated with which, and what kinds of association there are.

The one rule: every association is kept from both ends, each under its own directional type id,
and both ends change together.

https://developers.hubspot.com/docs/guides/api/crm/associations/associations-v4#association-type-id-values
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CATEGORY = "HUBSPOT_DEFINED"

# from | to | type id | type id of the way back | label | label of the way back
_TYPES = """
0-1|0-2|279|280||
0-1|0-2|1|2|Primary|Primary Company
0-1|0-3|4|3||
0-3|0-2|341|342||
0-3|0-2|5|6|Primary|Primary
0-1|0-1|449|449||
0-2|0-2|450|450||
0-3|0-3|451|451||
0-5|0-1|16|15||
0-5|0-2|339|340||
0-5|0-2|26|25|Primary|Primary
0-5|0-3|28|27||
0-5|0-5|452|452||
0-49|0-5|224|223||
0-46|0-5|228|227||
0-27|0-5|230|229||
0-48|0-5|220|219||
0-47|0-5|226|225||
0-49|0-1|198|197||
0-49|0-2|186|185||
0-49|0-3|210|209||
0-46|0-1|202|201||
0-46|0-2|190|189||
0-46|0-3|214|213||
0-27|0-1|204|203||
0-27|0-2|192|191||
0-27|0-3|216|215||
0-48|0-1|194|193||
0-48|0-2|182|181||
0-48|0-3|206|205||
0-47|0-1|200|199||
0-47|0-2|188|187||
0-47|0-3|212|211||
"""


@dataclass(frozen=True)
class LinkType:
    """One directional type of association; `back` is the type id seen from the other end."""

    from_type: str
    to_type: str
    id: int
    back: int
    label: str | None

    @property
    def primary(self) -> bool:
        """Whether it marks the one main company of a record."""
        return self.label is not None


def _read() -> Iterator[LinkType]:
    for line in _TYPES.strip().splitlines():
        start, end, there, back, label, label_back = line.split("|")
        yield LinkType(start, end, int(there), int(back), label or None)
        if there != back:
            yield LinkType(end, start, int(back), int(there), label_back or None)


TYPES = tuple(_read())
BY_ID = {(t.from_type, t.id): t for t in TYPES}
BETWEEN: dict[tuple[str, str], list[LinkType]] = defaultdict(list)
for _type in TYPES:
    BETWEEN[_type.from_type, _type.to_type].append(_type)
ENDS = {start: sorted({t.to_type for t in TYPES if t.from_type == start}) for start, _ in BETWEEN}
# the primary company is marked on the record that has it: a contact, a deal or a ticket
HAS_PRIMARY = frozenset({("0-1", "0-2"), ("0-3", "0-2"), ("0-5", "0-2")})


def unlabelled(from_type: str, to_type: str) -> LinkType | None:
    """The type an association has that nobody labelled."""
    return next((t for t in BETWEEN.get((from_type, to_type), ()) if not t.primary), None)


def primary(from_type: str, to_type: str) -> LinkType | None:
    """The type that marks the main company."""
    return next((t for t in BETWEEN.get((from_type, to_type), ()) if t.primary), None)


@dataclass
class Links:
    """All associations: (type, id, type of the other end) -> id of the other end -> type ids."""

    found: dict[tuple[str, int, str], dict[int, set[int]]] = field(default_factory=dict)

    def add(self, kind: LinkType, from_id: int, to_id: int) -> None:
        """Associate two records."""
        self._half(kind.from_type, from_id, kind.to_type, to_id).add(kind.id)
        self._half(kind.to_type, to_id, kind.from_type, from_id).add(kind.back)

    def drop(self, kind: LinkType, from_id: int, to_id: int) -> None:
        """Take one type of association away."""
        self._less(kind.from_type, from_id, kind.to_type, to_id, kind.id)
        self._less(kind.to_type, to_id, kind.from_type, from_id, kind.back)

    def of(self, from_type: str, from_id: int, to_type: str) -> dict[int, set[int]]:
        """The other ends of one record, with their type ids; not to be changed."""
        return self.found.get((from_type, from_id, to_type), {})

    def between(self, from_type: str, from_id: int, to_type: str, to_id: int) -> list[LinkType]:
        """Every type of association two records have."""
        held = self.of(from_type, from_id, to_type).get(to_id, set())
        return [BY_ID[from_type, type_id] for type_id in sorted(held)]

    def everything(self, from_type: str, from_id: int) -> list[tuple[LinkType, int]]:
        """Every association of one record."""
        return [
            (BY_ID[from_type, type_id], to_id)
            for end in ENDS.get(from_type, ())
            for to_id, held in self.of(from_type, from_id, end).items()
            for type_id in sorted(held)
        ]

    def forget(self, from_type: str, from_id: int) -> None:
        """Drop every association of one record."""
        for kind, to_id in self.everything(from_type, from_id):
            self.drop(kind, from_id, to_id)

    def _half(self, from_type: str, from_id: int, to_type: str, to_id: int) -> set[int]:
        return self.found.setdefault((from_type, from_id, to_type), {}).setdefault(to_id, set())

    def _less(self, from_type: str, from_id: int, to_type: str, to_id: int, type_id: int) -> None:
        ends = self.found.get((from_type, from_id, to_type), {})
        held = ends.get(to_id, set())
        held.discard(type_id)
        if not held:
            ends.pop(to_id, None)
        if not ends:
            self.found.pop((from_type, from_id, to_type), None)
