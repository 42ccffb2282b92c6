"""What becomes of plain records that were sent: written, kept with a reason, or the run stops.

Rule: every refusal is kept before the run stops, and what HubSpot did not confirm counts as refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from outreach_adapters.hubspot.answers import Answer, NotSent, Refused, Written
from outreach_adapters.hubspot.errors import mask
from outreach_core.errors import OutreachError

Record = Mapping[str, Any]
Reject = Callable[[Record, Record], None]


def settle(
    records: Sequence[Record],
    answers: Sequence[Answer],
    reject: Reject,
    *,
    fine: Collection[str] = (),
) -> None:
    """Keep the records that were not written.

    Args:
        records: What was sent.
        answers: What became of each.
        reject: Keeps a record with its reason.
        fine: Codes of refusals that are as good as written.

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
            case Refused(code) if code in fine:
                continue
            case _:
                reject(record, reason(answer))
    if stopped is not None:
        raise stopped


def reason(answer: Answer) -> dict[str, Any]:
    """Return why a record was not written, for the rejected file."""
    if isinstance(answer, Refused):
        return {"code": answer.code, "message": mask(answer.message)}
    return {"code": "not_confirmed", "message": "HubSpot did not confirm the record."}
