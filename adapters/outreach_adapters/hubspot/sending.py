"""Sends a batch so that one bad input never costs another its write.

Rule: what HubSpot refuses as a whole is halved until the culprit stands alone; every input ends in an
answer, whatever happens on the way.

https://developers.hubspot.com/docs/api-reference/error-handling#multi-status-errors
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from outreach_adapters.hubspot.answers import Answer, NotSent, Refused, Unknown, match
from outreach_adapters.hubspot.errors import InDoubt
from outreach_core.errors import ConfigError, Retriable, Skippable

Body = dict[str, Any]


def send(
    call: Callable[[Sequence[Body]], Mapping[str, Any]],
    inputs: Sequence[Body],
    *,
    before: Callable[[], None] = lambda: None,
) -> list[Answer]:
    """Return one answer per input, in their order.

    | # | the call | the inputs |
    |---|---|---|
    | 1 | answers | as the answer says of each |
    | 2 | loses its answer | all `Unknown(lost=True)` |
    | 3 | is refused, one input | `Refused` |
    | 4 | is refused, several inputs | each half on its own |
    | 5 | cannot be made now, or by these credentials | all `NotSent` |

    Args:
        call: Sends one batch.
        inputs: What to send, at most as many as a batch takes.
        before: Called before every request; may stop the program.
    """
    if not inputs:
        return []
    before()
    try:
        return match(inputs, call(inputs))  # (1)
    except InDoubt:
        return [Unknown(lost=True)] * len(inputs)  # (2)
    except Skippable as error:
        if len(inputs) == 1:
            return [_refused(error)]  # (3)
    except (Retriable, ConfigError) as error:
        return [NotSent(error)] * len(inputs)  # (5)
    middle = len(inputs) // 2  # (4)
    first = send(call, inputs[:middle], before=before)
    return first + send(call, inputs[middle:], before=before)


def _refused(error: Skippable) -> Refused:
    details = error.details
    code = error.code if error.code in ("conflict", "not_found") else "refused"
    return Refused(
        code,
        str(details.get("vendor_message") or error.message),
        details.get("existing_id"),
        tuple(details.get("problems") or ()),
    )
