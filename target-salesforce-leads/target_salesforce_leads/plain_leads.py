"""Writes leads that no ledger planned: each is upserted by the best key it has.

Rule: a blank value changes nothing, and a record without a key is refused, because saying it twice would make
two leads. Names are made up for new leads alone.

https://developer.salesforce.com/docs/platform/api-rest/guide/resources-composite-sobjects-collections-upsert.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outreach_adapters.salesforce import soql
from outreach_adapters.salesforce.account import LEAD, ROW_ID
from outreach_adapters.salesforce.answers import Answer, Refused
from outreach_adapters.salesforce.fields import Field
from outreach_adapters.salesforce.ids import to_18
from outreach_adapters.salesforce.reading import BECAME, ID, Reading
from outreach_core.errors import ConfigError
from outreach_core.mapping.raw import Trouble
from target_salesforce_leads import names
from target_salesforce_leads.contracts import LEADS as CONTRACT
from target_salesforce_leads.plain_answers import Reject, because, settle
from target_salesforce_leads.repeats import rounds
from target_salesforce_leads.values import fitted
from target_salesforce_leads.writing import Row, Writing

Record = Mapping[str, Any]
KEYS = ("id", ROW_ID, "Email")
NOT_FIELDS = ("id", "_sync", "intent_id")
CONVERTED = "The lead was converted, and is read-only; it is now the contact"


@dataclass(frozen=True)
class Keyed:
    """A record, what of it is sent, and the key it is sent by."""

    record: Record
    name: str
    key: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class PlainLeads:
    """Writes plain leads."""

    writing: Writing
    fields: Mapping[str, Field]
    reject: Reject

    def write(self, records: Sequence[Record]) -> None:
        """Write the records; those that Salesforce refuses are kept.

        | # | the lead | then |
        |---|---|---|
        | 1 | has no key, or a value that its field cannot hold | refused |
        | 2 | has the key of another one of the batch | written after it |
        | 3 | has an `id` | that lead is changed |
        | 4 | has a key that one lead has | that lead is changed |
        | 5 | has a key that no lead has | made, with the names a lead may not lack |
        | 6 | has a key that several have, or one that was converted | refused |

        Raises:
            ConfigError: A column is no field, or cannot be written.
            OutreachError: Nothing can be written now; some may have been.
        """
        self._check({name for record in records for name in record if is_field(name)})
        keyed = list(self._keyed(records))  # (1)
        for name in KEYS:
            of_kind = [item for item in keyed if item.name == name]
            for group in rounds(of_kind, lambda item: item.key.lower()):  # (2)
                answers = self._change(group) if name == "id" else self._upsert(name, group)
                settle([item.record for item in group], answers, self.reject)

    def _check(self, columns: set[str]) -> None:
        unknown = sorted(columns - {*self.fields})
        if unknown:
            raise ConfigError(
                f"Lead has no field {', '.join(f'`{name}`' for name in unknown)} to be seen.",
                code="missing_property",
                remedy="Rename the column, or grant the field in a permission set.",
                properties=tuple(unknown),
            )
        refused = sorted(
            name
            for name in columns
            if not (self.fields[name].createable and self.fields[name].updateable)
        )
        if refused:
            raise ConfigError(
                f"The integration user may not write {', '.join(refused)} of Lead.",
                code="read_only_property",
                remedy="Leave the column out, or grant the field in a permission set.",
                properties=tuple(refused),
            )

    def _keyed(self, records: Sequence[Record]) -> Iterator[Keyed]:
        for record in records:
            trouble = CONTRACT.trouble(record)
            found = self._fitted(record) if trouble is None else trouble
            if isinstance(found, Keyed):
                yield found
            else:
                self.reject(record, found)

    def _fitted(self, record: Record) -> Keyed | dict[str, str]:
        values: dict[str, Any] = {}
        for name, value in record.items():
            if not is_field(name) or value is None or str(value).strip() == "":
                continue
            sent = fitted(self.fields[name], value)
            if isinstance(sent, Trouble):
                return because(name, sent)
            values[name] = sent
        name = next(name for name in KEYS if str(record.get(name) or "").strip())
        key = str(record[name]).strip()
        if name == "id" and to_18(key) is None:
            return {"code": "not_found", "message": "id is no record's id."}
        return Keyed(record, name, to_18(key) or key if name == "id" else key, values)

    def _change(self, group: Sequence[Keyed]) -> list[Answer]:  # (3)
        rows = [Row("", LEAD, {ID: item.key, **item.values}) for item in group]
        return [self._said(answer, None) for answer in self.writing.update(rows)]

    def _upsert(self, name: str, group: Sequence[Keyed]) -> list[Answer]:  # (4) (5)
        there = self._there(name, [item.key for item in group])
        rows = [
            Row("", LEAD, {**self._values(item, there), name: item.values[name]}) for item in group
        ]
        answers = self.writing.upsert(LEAD, name, rows)
        contacts = [there.get(item.key.lower()) for item in group]
        return [self._said(a, contact) for a, contact in zip(answers, contacts, strict=True)]

    def _values(self, item: Keyed, there: Mapping[str, str | None]) -> Mapping[str, Any]:
        if item.key.lower() in there:
            return item.values
        return names.for_new(LEAD, item.values, self.fields)

    def _there(self, name: str, keys: Sequence[str]) -> dict[str, str | None]:
        """Return the keys that leads have, each with the contact it became, if it did."""
        reading = Reading(self.writing.client, LEAD, [name])
        parts = reading.parts("there", name, filter(soql.askable, keys))
        self.writing.before()
        answers = self.writing.client.ask(parts)
        rows = [row for part in parts for row in reading.rows(answers[part.ref])]
        return {str(row[name]).strip().lower(): row.get(BECAME) for row in rows}

    def _said(self, answer: Answer, contact: str | None) -> Answer:  # (6)
        if isinstance(answer, Refused) and answer.code == "converted" and contact:
            return Refused("converted", f"{CONVERTED} {contact}.", (contact,), answer.problems)
        return answer


def is_field(column: str) -> bool:
    """Whether a column of a stream is a field of a lead."""
    return column not in NOT_FIELDS and not column.startswith("_sdc_")
