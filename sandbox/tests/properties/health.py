"""What holds in every vendor's store whatever was done to it; each check says what is broken.

| # | vendor | law |
|---|---|---|
| 1 | HubSpot | live and archived ids are those of live and archived records, in order |
| 2 | HubSpot | an index owns exactly the unique values of live records, each of one record |
| 3 | HubSpot | an association is held from both ends, and neither is gone for good |
| 4 | HubSpot | an id that was merged away leads to a record, or to one that was forgotten since |
| 5 | Salesforce | an index holds exactly the live records that have its value |
| 6 | Salesforce | ids are 18 characters with their checksum, and one object's prefix |
| 7 | Salesforce | what names its master is deleted, and a converted lead names its contact and account |
| 8 | Google | no row or cell lies beyond its grid, and no empty cell is kept |
| 9 | Google | tabs have different titles and ids, and one of them is visible |
| 10 | all | the journal has every call, numbered from 1 |
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from outreach_sandbox.salesforce.ids import checksum
from outreach_sandbox.salesforce.store import key_of
from sandbox.tests.properties.visitor import Visitor


def broken(at: Visitor) -> list[str]:
    """Every law that does not hold."""
    services: Any = at.world.services
    return [
        *_hubspot(services["hubspot"].contents().portal),
        *_salesforce(services["salesforce"].contents().org),
        *_google(services["google"].store),
        *_journal(at),
    ]


def _hubspot(portal: Any) -> Iterator[str]:
    for kind in portal.kinds.values():
        store, name = kind.store, kind.type.name
        live = sorted(r.id for r in store.records.values() if r.live)
        binned = sorted(
            r.id for r in store.records.values() if r.archived_ms is not None and not r.merged_into
        )
        if store.live_ids != live or store.archived_ids != binned:  # (1)
            yield f"(1) {name}: {store.live_ids} {store.archived_ids}, not {live} {binned}"
        owned: dict[tuple[str, str], int] = {}
        for record_id in live:
            for _, index, value in store.unique_values(store.records[record_id].properties):
                if owned.setdefault((index, value), record_id) != record_id:  # (2)
                    yield f"(2) {name}: {value!r} belongs to two records"
        held = {(i, v): owner for i, values in store.owners.items() for v, owner in values.items()}
        if held != owned:  # (2)
            yield f"(2) {name}: index {held}, records {owned}"
        for record in store.records.values():
            if record.merged_into is not None and not _leads_somewhere(store, record):  # (4)
                yield f"(4) {name}: {record.id} leads round in a circle"
    yield from _links(portal)


def _leads_somewhere(store: Any, record: Any) -> bool:
    seen = set()
    while record is not None and record.merged_into is not None:
        if record.id in seen:
            return False
        seen.add(record.id)
        record = store.records.get(record.merged_into)
    return True


def _links(portal: Any) -> Iterator[str]:
    for (from_type, from_id, to_type), ends in portal.links.found.items():
        for to_id, held in ends.items():
            back = portal.links.of(to_type, to_id, from_type).get(from_id)
            if not held or not back:  # (3)
                yield f"(3) {from_type}/{from_id} holds {to_type}/{to_id}, not the other way round"
        record = portal.kinds[from_type].store.records.get(from_id)
        if record is None or record.merged_into is not None:  # (3)
            yield f"(3) an association of {from_type}/{from_id}, which is gone"


def _salesforce(org: Any) -> Iterator[str]:
    for name, table in org.tables.items():
        for field in table.indexes:
            item = table.type.fields[field]
            expected: dict[str, set[str]] = {}
            for record in table.live():
                key = key_of(item, record.values.get(field))
                if key is not None:
                    expected.setdefault(key, set()).add(record.id)
            actual = {key: ids for key, ids in table.indexes[field].items() if ids}
            if expected != actual:  # (5)
                yield f"(5) {name}.{field}: {actual}, not {expected}"
        for record_id, record in table.records.items():
            if len(record_id) != 18 or checksum(record_id[:15]) != record_id[15:]:  # (6)
                yield f"(6) {name}: {record_id}"
            if record.master and not record.deleted:  # (7)
                yield f"(7) {name}: {record_id} has a master and is not deleted"
            if name == "Lead" and record.values.get("IsConverted"):
                yield from _converted(org, record)


def _converted(org: Any, lead: Any) -> Iterator[str]:
    for name in ("ConvertedContactId", "ConvertedAccountId"):
        end = lead.values.get(name)
        if not end:  # (7)
            yield f"(7) converted {lead.id} has no {name}"


def _google(store: Any) -> Iterator[str]:
    for book in store.books.values():
        titles = [sheet.title.casefold() for sheet in book.sheets]
        ids = [sheet.id for sheet in book.sheets]
        if len(set(titles)) != len(titles) or len(set(ids)) != len(ids):  # (9)
            yield f"(9) tabs {titles} {ids}"
        if all(sheet.properties.get("hidden") for sheet in book.sheets):  # (9)
            yield "(9) no tab is visible"
        for sheet in book.sheets:
            yield from _grid(sheet)


def _grid(sheet: Any) -> Iterator[str]:
    if len(sheet.rows) > sheet.row_count:  # (8)
        yield f"(8) {sheet.title}: {len(sheet.rows)} rows in a grid of {sheet.row_count}"
    for number, row in enumerate(sheet.rows):
        for column, cell in row.items():
            if not 0 <= column < sheet.column_count:  # (8)
                yield f"(8) {sheet.title}: column {column} of {sheet.column_count} in row {number}"
            if cell.is_empty:  # (8)
                yield f"(8) {sheet.title}: an empty cell at {number}, {column}"


def _journal(at: Visitor) -> Iterator[str]:
    numbers = [call["seq"] for call in at.world.journal.as_json()]
    if numbers != list(range(1, at.calls + 1)):  # (10)
        yield f"(10) {at.calls} calls, the journal has {numbers}"
