"""Ends a plugin with one sentence instead of a traceback, and with the right exit code.

The rule: 7 means the tap's bookmark and the ledger disagree; every other failure is 1.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from logging import Logger

from outreach_core.errors import OutreachError, ResyncRequired

RESYNC_EXIT_CODE = 7


@contextmanager
def plain_failures(logger: Logger) -> Iterator[None]:
    """Log our own errors as their sentence and exit."""
    try:
        yield
    except OutreachError as error:
        logger.error("%s [%s]", error, error.code)  # noqa: TRY400 - one sentence, no trace
        sys.exit(RESYNC_EXIT_CODE if isinstance(error, ResyncRequired) else 1)
