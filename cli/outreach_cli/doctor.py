"""Looks at everything a run needs, one line each: ok, or what to do. Rule: it looks and changes nothing.

    1  what is looked at is as it must be            ok, with what was found
    2  it is not, and says what to do                wrong
    3  it cannot be reached just now                 unreachable
    4  something before it was wrong                 not looked at

A check is a call that returns what it found or raises; the sandbox's clock may run ahead and is not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from outreach_adapters.ledger import Ledger
from outreach_adapters.ledger.processes import is_alive
from outreach_cli.exits import Exit
from outreach_cli.wording import RUN_AGAIN, moment_word, plural
from outreach_core.errors import ConfigError, OutreachError, Retriable

SKEW = 120.0  # seconds by which two clocks may differ


class Health(StrEnum):
    """How one thing is."""

    OK = "ok"
    WRONG = "wrong"
    UNREACHABLE = "unreachable"
    SKIPPED = "not looked at"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at.

    Attributes:
        about: What it belongs to; after the first failure the rest of that is skipped.
        look: Returns what was found, or raises what is wrong.
        vital: Whether everything after it needs it.
    """

    about: str
    what: str
    look: Callable[[], str]
    vital: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: how it is, what was found or is wrong, and what to do."""

    about: str
    what: str
    health: Health
    detail: str = ""
    remedy: str = ""

    def to_json(self) -> dict[str, str]:
        """Return the stable form for scripts."""
        return {name: str(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class DoctorView:
    """Everything `outreach doctor` shows."""

    findings: tuple[Finding, ...]

    @property
    def exit(self) -> Exit:
        """What must be changed comes before what may pass."""
        seen = {finding.health for finding in self.findings}
        if Health.WRONG in seen:
            return Exit.USAGE
        return Exit.RETRY if Health.UNREACHABLE in seen else Exit.CLEAN

    @property
    def headline(self) -> str:
        """One sentence for everything."""
        bad = sum(f.health in (Health.WRONG, Health.UNREACHABLE) for f in self.findings)
        return f"{plural(bad, 'thing needs', 'things need')} you." if bad else "Everything is fine."

    def to_json(self) -> dict[str, object]:
        """Return the stable form for scripts."""
        return {
            "headline": self.headline,
            "exit_code": int(self.exit),
            "checks": [finding.to_json() for finding in self.findings],
        }


def examine(checks: Iterable[Check]) -> DoctorView:
    """Look at everything, in order."""
    return DoctorView(tuple(_examined(checks)))


def _examined(checks: Iterable[Check]) -> Iterator[Finding]:
    spoilt: set[str] = set()
    for check in checks:
        if check.about in spoilt:
            yield Finding(check.about, check.what, Health.SKIPPED)  # 4
            continue
        try:
            yield Finding(check.about, check.what, Health.OK, check.look())  # 1
        except OutreachError as error:
            is_away = isinstance(error, Retriable)  # 3, else 2
            health = Health.UNREACHABLE if is_away else Health.WRONG
            yield Finding(check.about, check.what, health, error.message, _remedy(error))
            if check.vital:
                spoilt.add(check.about)


def _remedy(error: OutreachError) -> str:
    return error.remedy or "Try again in a few minutes."


def ledger_checks(ledger: Ledger | None, settings_id: str | None) -> list[Check]:
    """Return what is looked at in the ledger."""
    about = "Ledger"
    if ledger is None:
        return [Check(about, "state", lambda: f"None yet; made by: {RUN_AGAIN}")]
    known = ledger.plans.planning_input().spreadsheet_id

    def spreadsheet() -> str:
        if known and settings_id and known != settings_id:
            raise ConfigError(
                "The spreadsheet of the settings is not the one this ledger keeps in step.",
                code="copied_sheet",
                remedy="Set OUTREACH_SPREADSHEET_ID to the known one, or use a new ledger.",
            )
        return "The one of the settings." if known else "None seen yet."

    return [
        Check(about, "state", lambda: "Open, and of this version."),
        Check(about, "lease", lambda: _lease(ledger)),
        Check(about, "spreadsheet", spreadsheet),
    ]


def _lease(ledger: Ledger) -> str:
    run = ledger.runs.current()
    if run is None:
        return "Free."
    if is_alive(run.process) is False:
        return "Left by a run that was killed; the next run takes it over."
    return f"Held by {run.job} since {moment_word(run.started_at)}."


def clock_check(
    about: str, theirs: Callable[[], float | None], now: Callable[[], datetime]
) -> Check:
    """Return the comparison of a vendor's clock with this machine's."""

    def look() -> str:
        told = theirs()
        if told is None:
            return "It does not tell the time."
        off = now().timestamp() - told
        if abs(off) > SKEW:
            raise ConfigError(
                f"This machine's clock is {abs(off):.0f} seconds {'ahead' if off > 0 else 'behind'}.",
                code="clock_skew",
                remedy="Let the machine set its clock over the network (NTP).",
            )
        return f"{abs(off):.0f} seconds apart."

    return Check(about, "clock", look)
