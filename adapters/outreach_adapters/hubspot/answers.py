"""Matches a batch's answer to its inputs. No I/O.

Rule: by trace id, by id, or by lower-cased unique value, never by position: results come shuffled. Every
input ends in an answer; one the vendor did not mention is `UNKNOWN`, not done.

https://developers.hubspot.com/docs/api-reference/error-handling#multi-status-errors
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outreach_adapters.hubspot.errors import existing_id, property_problems
from outreach_adapters.hubspot.lookups import values_of
from outreach_core.errors import OutreachError

Body = dict[str, Any]
TRACE = "objectWriteTraceId"


@dataclass(frozen=True)
class Written:
    """The vendor shows the record after the write."""

    record: Body


@dataclass(frozen=True)
class Refused:
    """The vendor did not write this input.

    Attributes:
        code: ``conflict``, ``not_found`` or ``refused``.
        existing_id: For a conflict: who has the value, if the vendor says so.
        problems: (property, vendor's code) of the refused values.
        message: The vendor's words; may hold people's data.
    """

    code: str
    message: str = ""
    existing_id: str | None = None
    problems: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Unknown:
    """The vendor mentioned this input nowhere, or its answer was lost (``lost``)."""

    lost: bool = False


@dataclass(frozen=True)
class NotSent:
    """Nothing was written for this input, for a reason that is not the input's."""

    error: OutreachError


Answer = Written | Refused | Unknown | NotSent


def match(inputs: Sequence[Body], answer: Mapping[str, Any]) -> list[Answer]:
    """Return one answer per input, in the order of the inputs."""
    index: dict[tuple[str, str], Answer] = {}
    for error in answer.get("errors") or ():
        refused = refusal(error)
        for key in _error_keys(error, refused):
            index[key] = refused
    for record in answer.get("results") or ():
        for key in _result_keys(record, inputs):
            index[key] = Written(record)
    return [_find(index, item) for item in inputs]


def refusal(error: Mapping[str, Any]) -> Refused:
    """Return what one entry of ``errors`` says."""
    category = str(error.get("category") or "")
    message = str(error.get("message") or "")
    owner = existing_id(error)
    if category == "CONFLICT" or owner:
        return Refused("conflict", message, owner)
    if category == "OBJECT_NOT_FOUND":
        return Refused("not_found", message)
    return Refused("refused", message, None, property_problems(error))


def _find(index: Mapping[tuple[str, str], Answer], item: Body) -> Answer:
    for key in _input_keys(item):
        if key in index:
            return index[key]
    return Unknown()


def _input_keys(item: Body) -> list[tuple[str, str]]:
    keys: list[tuple[str, str]] = []
    if item.get(TRACE):
        keys.append((TRACE, str(item[TRACE])))
    if item.get("id"):
        keys.append((str(item.get("idProperty") or "id"), str(item["id"]).strip().lower()))
    return keys


def _result_keys(record: Body, inputs: Sequence[Body]) -> list[tuple[str, str]]:
    keys = [("id", str(record.get("id")))]
    if record.get(TRACE):
        keys.append((TRACE, str(record[TRACE])))
    names = {str(item["idProperty"]) for item in inputs if item.get("idProperty")}
    for name in names:
        keys += [(name, value.lower()) for value in values_of(record, name)]
    return keys


def _error_keys(error: Mapping[str, Any], refused: Refused) -> list[tuple[str, str]]:
    context = error.get("context") if isinstance(error.get("context"), dict) else {}
    keys = [(TRACE, str(trace)) for trace in (context or {}).get(TRACE) or ()]
    if refused.code == "not_found":
        keys += [("id", str(found).strip().lower()) for found in (context or {}).get("ids") or ()]
    return keys
