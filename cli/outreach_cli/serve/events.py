"""What a message of a CRM comes down to: which records to look at, and of whom it was asked to forget.

The rule: a value in a message is never kept; ids and kinds are all that goes on from here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from outreach_adapters.ledger.hints import Hint
from outreach_cli.serve.verdicts import Refused, Verdict

MOST_EVENTS = 100


@dataclass(frozen=True, slots=True)
class Event:
    """One event: the account it happened in, and the records it is about; none if it is not ours."""

    account: str
    hints: tuple[Hint, ...] = ()
    own_write: bool = False


def entries(body: bytes) -> Iterator[dict[str, Any]]:
    """Yield the entries of a batch.

    Raises:
        Refused: It is no JSON array of 1 to 100 objects.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(Verdict.MALFORMED) from error
    if not isinstance(found, list) or not found:
        raise Refused(Verdict.MALFORMED)
    if len(found) > MOST_EVENTS:
        raise Refused(Verdict.TOO_MANY)
    for entry in found:
        if not isinstance(entry, dict):
            raise Refused(Verdict.MALFORMED)
        yield entry
