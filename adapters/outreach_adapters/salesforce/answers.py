"""Matches a collection's answer to its inputs. No I/O.

Rule: by position, which the vendor promises for collections; if there are not as many rows as inputs,
none of them is believed. Every input ends in an answer.

https://developer.salesforce.com/docs/platform/api-rest/guide/resources-composite-sobjects-collections-create.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outreach_adapters.salesforce.errors import as_error, problems_of
from outreach_core.errors import OutreachError, Retriable

Body = dict[str, Any]
# codes of our errors that are also codes of a refusal; any other one is `refused`
CODES = ("conflict", "converted", "deleted", "duplicates", "forbidden", "not_found", "several")
_TWICE = "Duplicate external id specified"


@dataclass(frozen=True)
class Written:
    """The vendor confirms the write; it says no more of the record than its id.

    Attributes:
        created: Whether the record is new; ``None`` where the vendor does not say.
    """

    record_id: str
    created: bool | None = None


@dataclass(frozen=True)
class Refused:
    """The vendor did not write this input.

    Attributes:
        code: One of `CODES`, ``twice`` (its key is in the batch again) or ``refused``.
        existing_ids: Who has the value or is the duplicate, if the vendor says so.
        problems: (field, vendor's code) of what was refused.
        message: The vendor's words; may hold people's data.
    """

    code: str
    message: str = ""
    existing_ids: tuple[str, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Unknown:
    """Nobody said what became of this input, or the answer was lost (``lost``)."""

    lost: bool = False


@dataclass(frozen=True)
class NotSent:
    """Nothing was written for this input, for a reason that is not the input's."""

    error: OutreachError


Answer = Written | Refused | Unknown | NotSent


def match(inputs: Sequence[Body], rows: Sequence[Any]) -> list[Answer]:
    """Return one answer per input, in the order of the inputs."""
    if len(rows) != len(inputs):
        return [Unknown()] * len(inputs)
    return [_answer(row) for row in rows]


def refusal(errors: Sequence[Mapping[str, Any]]) -> Answer:
    """Return what the errors of one row say.

    | # | errors | answer |
    |---|---|---|
    | 1 | none | `Unknown` |
    | 2 | one that waiting helps | `NotSent` |
    | 3 | the key stands in another input too | `Refused` twice |
    | 4 | any other | `Refused` with the first one's code |
    """
    if not errors:  # (1)
        return Unknown()
    told = [as_error(error, every=errors) for error in errors]
    for error in told:
        if isinstance(error, Retriable):  # (2)
            return NotSent(error)
    details = told[0].details
    message = str(details.get("vendor_message") or "")
    code = told[0].code if told[0].code in CODES else "refused"
    if message.startswith(_TWICE):  # (3)
        code = "twice"
    ids = tuple(i for error in told for i in error.details.get("existing_ids") or ())
    return Refused(code, message, ids, problems_of(errors))  # (4)


def refused(error: OutreachError) -> Refused:
    """Return the refusal of a whole request as that of its only input."""
    details = error.details
    return Refused(
        error.code if error.code in (*CODES, "moved") else "refused",
        str(details.get("vendor_message") or error.message),
        tuple(details.get("existing_ids") or ()),
        tuple(details.get("problems") or ()),
    )


def _answer(row: Any) -> Answer:
    if not isinstance(row, dict):
        return Unknown()
    if row.get("success") is True and row.get("id"):
        return Written(str(row["id"]), row.get("created"))
    return refusal([error for error in row.get("errors") or () if isinstance(error, dict)])
