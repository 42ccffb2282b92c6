"""What becomes of a request, and how it is answered.

The rule: a refusal says nothing to the caller but its number, and to us one word that can be counted.
"""

from __future__ import annotations

from enum import Enum


class Verdict(Enum):
    """One word for the counters, one number for the caller."""

    ACCEPTED = ("accepted", 202)
    SWITCHED_OFF = ("switched_off", 404)  # no key is set for this vendor
    UNSIGNED = ("unsigned", 401)
    OLD_SIGNATURE = ("old_signature", 401)
    OUT_OF_TIME = ("out_of_time", 401)
    FORGED = ("forged", 401)
    TOO_LARGE = ("too_large", 413)
    TRUNCATED = ("truncated", 400)
    MALFORMED = ("malformed", 400)
    TOO_MANY = ("too_many", 400)
    REPLAYED = ("replayed", 409)
    BUSY = ("busy", 503)  # not kept in time: the vendor tries again

    def __init__(self, word: str, status: int) -> None:
        """Take the two apart."""
        self.word = word
        self.status = status


class Refused(Exception):
    """The request is not taken in."""

    def __init__(self, verdict: Verdict) -> None:
        """Say why."""
        super().__init__(verdict.word)
        self.verdict = verdict
