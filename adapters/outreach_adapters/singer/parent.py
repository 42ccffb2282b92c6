"""Notices that the process which started us is gone, before anything more is written.

The rule: asked before every API batch and every commit. A killed Meltano leaves a target that would go
on writing what it had buffered, while the next run has already begun.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from outreach_core.errors import Fatal


class ParentWatch:
    """Compares the parent process with the one seen at the start."""

    def __init__(self, parent: Callable[[], int] = os.getppid) -> None:
        """Remember who the parent is now."""
        self._parent = parent
        self._first = parent()

    def check(self) -> None:
        """Stop if the parent changed.

        Raises:
            Fatal: ``parent_gone``; nothing more may be written.
        """
        if self._parent() != self._first:
            raise Fatal(
                "The process that started this one has ended; nothing more is written.",
                code="parent_gone",
            )
