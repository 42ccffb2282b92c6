"""What becomes of plain records that were sent: written, kept with a reason, or the run stops.

Rule: every refusal is kept before the run stops, and what Salesforce did not confirm counts as refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from outreach_adapters.salesforce.answers import Answer, NotSent, Refused, Written
from outreach_adapters.salesforce.errors import mask
from outreach_core.errors import OutreachError
from outreach_core.mapping.raw import Trouble

Record = Mapping[str, Any]
Reject = Callable[[Record, Record], None]


def settle(
    records: Sequence[Record],
    answers: Sequence[Answer],
    reject: Reject,
    *,
    fine: Callable[[Refused], bool] = lambda _refused: False,
) -> None:
    """Keep the records that were not written.

    Args:
        records: What was sent.
        answers: What became of each.
        reject: Keeps a record with its reason.
        fine: Tells refusals that are as good as written.

    Raises:
        OutreachError: Some could not be sent.
    """
    stopped: OutreachError | None = None
    for record, answer in zip(records, answers, strict=True):
        match answer:
            case Written():
                continue
            case NotSent(error):
                stopped = stopped or error
            case Refused() if fine(answer):
                continue
            case _:
                reject(record, reason(answer))
    if stopped is not None:
        raise stopped


def reason(answer: Answer) -> dict[str, Any]:
    """Return why a record was not written, for the rejected file."""
    if not isinstance(answer, Refused):
        return {"code": "not_confirmed", "message": "Salesforce did not confirm the record."}
    found: dict[str, Any] = {"code": answer.code, "message": mask(answer.message)}
    fields = [name for name, _ in answer.problems if name]
    if fields:
        found["fields"] = fields
    if answer.existing_ids:
        found["existing_ids"] = list(answer.existing_ids)
    return found


def because(name: str, trouble: Trouble) -> dict[str, str]:
    """Return why a value cannot be sent, without quoting it."""
    text = f"{name}: {trouble.message} {trouble.remedy}"
    return {"code": trouble.code, "message": text.strip()}
