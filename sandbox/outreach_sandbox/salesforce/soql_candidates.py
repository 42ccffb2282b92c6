"""Which records of a large table a condition can be true of at all.

The one rule: it may name too many and never too few; the condition itself is still asked of each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from outreach_sandbox.salesforce.ids import to_18
from outreach_sandbox.salesforce.soql_parser import Both, Compare

if TYPE_CHECKING:
    from outreach_sandbox.salesforce.schema import Field
    from outreach_sandbox.salesforce.soql_parser import Condition
    from outreach_sandbox.salesforce.store import Record, Table

IDS = ("id", "reference")
TEXTS = ("string", "email", "phone", "url", "picklist", "combobox", *IDS)


def candidates(table: Table, where: Condition | None) -> list[Record] | None:
    """Live records with one of the values a comparison wants, in their order; None for all.

    | # | the condition | candidates |
    |---|---|---|
    | 1 | `=` or IN of texts, on a field of the record itself | those with the texts |
    | 2 | AND with such a part | those of the first such part |
    | 3 | anything else, or a null among the values | all |
    """
    parts = where.parts if isinstance(where, Both) and where.word == "AND" else (where,)
    for part in parts:
        if isinstance(part, Compare) and part.operator in ("=", "IN"):
            item = _own_field(table, part)
            texts = [v.text for v in part.values if v.kind == "string" and v.text]
            if item is not None and len(texts) == len(part.values):
                found = {
                    r.id: r for text in texts for r in table.having(item.name, _key(item, text))
                }
                return [found[record_id] for record_id in sorted(found)]
    return None


def _own_field(table: Table, part: Compare) -> Field | None:
    *before, name = part.field.text.split(".")
    if before and [before[0].lower()] != [table.type.name.lower()]:
        return None
    item = table.type.find(name)
    return item if item is not None and item.type in TEXTS else None


def _key(item: Field, text: str) -> str:
    return (to_18(text) or text) if item.type in IDS else text
