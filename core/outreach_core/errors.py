"""What went wrong, named by what the caller does next.

    OutreachError
    ├── ConfigError      stop now: a setting, rule or account is not as it must be; says key and remedy
    ├── Retriable        wait and try the same again (carries ``retry_after`` seconds, if known)
    ├── Skippable        note it and go on with the next record
    │   └── Moved        the destination is not what the plan was made from; the next run plans again
    ├── NeedsPerson      queue it for a person
    └── Fatal            stop the run
        └── ResyncRequired   the tap's bookmark and the ledger disagree (exit code 7)

Every error carries data, not only a sentence, and none of it is a secret or a person's data: a value
is described by its *shape* ("text of 14 characters"), never quoted.
"""

from __future__ import annotations

from typing import Any


class OutreachError(Exception):
    """Base of all errors of this project.

    Args:
        message: One sentence that says what is wrong.
        code: Stable machine word, e.g. ``missing_property``.
        remedy: One sentence that says what to do about it.
        details: Further data (system, operation, row, field, value's shape). No personal data.
    """

    def __init__(self, message: str, *, code: str, remedy: str = "", **details: Any) -> None:
        super().__init__(message if not remedy else f"{message} {remedy}")
        self.message = message
        self.code = code
        self.remedy = remedy
        self.details = details


class ConfigError(OutreachError):
    """Stop now; a person has to change a setting, a rule file or the account."""


class Retriable(OutreachError):
    """The same call may succeed later."""

    def __init__(
        self,
        message: str,
        *,
        code: str,
        remedy: str = "",
        retry_after: float | None = None,
        **details: Any,
    ) -> None:
        super().__init__(message, code=code, remedy=remedy, **details)
        self.retry_after = retry_after


class Skippable(OutreachError):
    """This record cannot be handled; the others can."""


class Moved(Skippable):
    """The destination changed after the plan was made; nothing was written there."""


class NeedsPerson(OutreachError):
    """Only a person can decide this."""


class Fatal(OutreachError):
    """Nothing can be done for any record."""


class ResyncRequired(Fatal):
    """The bookmark a tap was given is ahead of the ledger: run with ``--full-refresh``."""
