"""The numbers the command ends with. Rule: a number means one thing, whichever command ends with it."""

from __future__ import annotations

from enum import IntEnum

from outreach_core.errors import ConfigError, OutreachError, ResyncRequired


class Exit(IntEnum):
    """What a script that calls us can tell apart."""

    CLEAN = 0
    RETRY = 1  # something could not be reached or is busy; the same may work later
    USAGE = 2  # a setting, a rule or the way the command was called must change first
    REJECTED = 3  # done, but a destination refused some rows
    GUARD = 4  # a guard stopped the plan; a person decides
    RESYNC = 7  # bookmarks and ledger disagree: run with --full-refresh


def exit_for(error: OutreachError) -> Exit:
    """Return the number for an error that ended a command."""
    if isinstance(error, ConfigError):
        return Exit.USAGE
    if isinstance(error, ResyncRequired):
        return Exit.RESYNC
    return Exit.RETRY
