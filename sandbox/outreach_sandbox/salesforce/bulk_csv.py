"""The files of a bulk job: what is uploaded, and what its results look like.

The one rule: a file is read as strictly as the vendor reads it, so that what a client writes badly
fails here too.

https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/datafiles_prepare_csv.htm
https://developer.salesforce.com/docs/platform/api-asynch/guide/datafiles-prepare-csv.md
"""

from __future__ import annotations

import csv
import io
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from outreach_sandbox.salesforce.schema import ObjectType

ENDS = {"LF": "\n", "CRLF": "\r\n"}
DELIMITERS = {
    "COMMA": ",",
    "SEMICOLON": ";",
    "TAB": "\t",
    "PIPE": "|",
    "CARET": "^",
    "BACKQUOTE": "`",
}


class Unreadable(list[str]):
    """A line as it stands in the file, because it is no row of cells."""


class Rows(NamedTuple):
    """A file: its header and its lines."""

    header: list[str]
    lines: list[list[str]]


def read_rows(text: str, delimiter: str) -> Rows:
    """Header and lines; empty lines are no rows."""
    if '"' in text:
        lines = [line for line in _strict(text, delimiter) if line != [""]]
    else:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        lines = [line for line in reader if line]
    return Rows(lines[0], lines[1:]) if lines else Rows([], [])


def wrong_ending(text: str, ending: str) -> bool:
    """Whether the first line ends otherwise than the job said."""
    head, newline, _ = text.partition("\n")
    return bool(newline) and head.endswith("\r") is not (ending == "CRLF")


def to_csv(
    kind: ObjectType, delimiter: str, first: list[str], header: list[str], lines: list[list[str]]
) -> str:
    """A result file: own columns quoted in the header, the file's as they were, cells quoted."""
    out = io.StringIO(newline="")
    out.write(delimiter.join([*(f'"{name}"' for name in first), *header]) + "\n")
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    numbers = [_is_number(kind, name) for name in [*([""] * len(first)), *header]]
    for line in lines:
        cells = zip(line, numbers, strict=False)
        writer.writerow([_java(cell) if number else cell for cell, number in cells])
    return out.getvalue()


def _strict(text: str, delimiter: str) -> Iterator[list[str]]:
    """Cells one by one; a space beside a quote, or a quote inside a plain cell, spoils its line."""
    pattern = _cell(delimiter)
    at, begins, line = 0, 0, list[str]()
    while at < len(text):
        found = pattern.match(text, at)
        if found is None:
            end = text.find("\n", at)
            at = len(text) if end < 0 else end + 1
            yield Unreadable([text[begins:at].rstrip("\r\n")])
            begins, line = at, []
            continue
        quoted, plain, after = found.groups()
        line.append(plain if quoted is None else quoted.replace('""', '"'))
        at = found.end()
        if after != delimiter:
            yield line
            begins, line = at, []
        elif at == len(text):
            yield [*line, ""]


@lru_cache
def _cell(delimiter: str) -> re.Pattern[str]:
    mark = re.escape(delimiter)
    return re.compile(rf'(?:"((?:[^"]|"")*)"|([^"\r\n{mark}]*))({mark}|\r?\n|\r?\Z)')


def _is_number(kind: ObjectType, name: str) -> bool:
    item = kind.find(name)
    return item is not None and item.type in ("double", "currency", "percent")


def _java(cell: str) -> str:
    """A number the way Java prints a double: 89685281 comes back as 8.9685281E7."""
    try:
        number = float(cell)
    except ValueError:
        return cell
    if number == 0 or 1e-3 <= abs(number) < 1e7:
        return repr(number)
    digits, _, power = f"{number:.16e}".partition("e")
    short = repr(float(digits)) if float(digits) * 10 ** int(power) == number else digits
    return f"{short.rstrip('0') if '.' in short else short}E{int(power)}".replace(".E", ".0E")
