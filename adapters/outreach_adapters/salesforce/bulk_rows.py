"""The rows of a bulk job as CSV, and the outcomes in its result files matched to them. No I/O.

Rule: by key where there is one, else by content, never by order: the vendor shuffles. A cell is compared
by its meaning, because numbers come back spelled another way.

https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/datafiles_prepare_csv.htm
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outreach_adapters.salesforce.answers import Answer, Refused, Unknown, Written, refusal

Row = Mapping[str, Any]
NULL = "#N/A"
# https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/bulk_common_limits.htm
LARGEST_FILE = 100_000_000


@dataclass(frozen=True)
class Results:
    """The three result files of a job."""

    successful: str = ""
    failed: str = ""
    unprocessed: str = ""


def columns_of(rows: Sequence[Row]) -> list[str]:
    """Return every field of the rows once, in the order they first appear."""
    return list(dict.fromkeys(name for row in rows for name in row if name != "attributes"))


def sendable(row: Row) -> bool:
    """Whether a file can hold the row: the word that empties a field cannot be a field's text."""
    return not any(value == NULL for value in row.values())


def files(rows: Sequence[Row], largest: int = LARGEST_FILE) -> Iterator[tuple[list[int], bytes]]:
    """Yield the rows as files of at most this size, with the places of the rows in each.

    A field that a row does not name is left alone; ``None`` or an empty text empties it.
    """
    names = columns_of(rows)
    head = _line(names)
    places: list[int] = []
    content = bytearray(head)
    for place, row in enumerate(rows):
        line = _line([_cell(row, name) for name in names])
        if places and len(content) + len(line) > largest:
            yield places, bytes(content)
            places, content = [], bytearray(head)
        places.append(place)
        content += line
    if places:
        yield places, bytes(content)


def outcomes(rows: Sequence[Row], key: str | None, results: Results) -> list[Answer]:
    """Return one answer per row, in their order.

    | # | the row is in | answer |
    |---|---|---|
    | 1 | the successful results | `Written` |
    | 2 | the failed results | `Refused` |
    | 3 | the unprocessed records | `Refused` unprocessed: nothing was done |
    | 4 | none of them | `Unknown` |
    """
    names = columns_of(rows) if key is None else [key]
    ended = [(_cells(line, names), answer) for line, answer in _ended(results)]
    asked = {place: tuple(_cell(row, name) for name in names) for place, row in enumerate(rows)}
    answers: list[Answer] = [Unknown()] * len(rows)  # (4)
    # as it was sent, and only then by meaning: 007 and 7 may be two keys
    for same in (tuple, _meaning):
        waiting: dict[tuple[str, ...], list[tuple[tuple[str, ...], Answer]]] = {}
        for one in ended:
            waiting.setdefault(same(one[0]), []).append(one)
        for place, cells in list(asked.items()):
            if waiting.get(same(cells)):
                _, answers[place] = waiting[same(cells)].pop(0)
                del asked[place]
        ended = [one for left in waiting.values() for one in left]
    return answers


def _ended(results: Results) -> Iterator[tuple[dict[str, str], Answer]]:
    for line in _lines(results.successful):  # (1)
        created = (line.get("sf__Created") or "").lower() == "true"
        yield line, Written(line.get("sf__Id") or "", created)
    for line in _lines(results.failed):  # (2)
        yield line, _failed(line.get("sf__Error") or "")
    for line in _lines(results.unprocessed):  # (3)
        yield line, Refused("unprocessed")


def _failed(text: str) -> Answer:
    """Return what ``CODE:message:fields --`` says; the message may hold colons itself."""
    code, _, rest = text.removesuffix(" --").partition(":")
    message, _, fields = rest.rpartition(":")
    named = [name for name in fields.split(",") if name]
    return refusal([{"statusCode": code, "message": message, "fields": named}])


def _lines(text: str) -> Iterator[dict[str, str]]:
    # a reader over the whole text: a value may hold line ends
    yield from csv.DictReader(io.StringIO(text, newline=""))


def _line(cells: Sequence[str]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue().encode()


def _cell(row: Row, name: str) -> str:
    if name not in row:
        return ""
    value = row[name]
    if value is None or value == "":
        return NULL
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _cells(line: Mapping[str, str | None], names: Sequence[str]) -> tuple[str, ...]:
    return tuple(line.get(name) or "" for name in names)


def _meaning(cells: Sequence[str]) -> tuple[str, ...]:
    """Return cells as they are compared: 89685281 and 8.9685281E7 are the same number."""
    return tuple(map(_number, cells))


def _number(cell: str) -> str:
    try:
        return repr(float(cell))
    except ValueError:
        return cell.strip()
