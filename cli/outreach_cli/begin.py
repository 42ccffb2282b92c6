"""Opens a run. Rule: nothing starts while anything of an earlier run can still write.

1  the lease is held by a living process      refuse at once, and say whose it is since when
2  a program of an earlier run still writes   wait for it, up to `WAIT_SECONDS`, outside any transaction
3  the lease's process is dead                its run is marked abandoned, the lease is taken
4  the lease is ours                          what the dead run left behind is cleared away
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from outreach_adapters.ledger import Ledger
from outreach_adapters.ledger.locks import wait_for_writers
from outreach_adapters.ledger.processes import ProcessMark, is_alive
from outreach_cli import doors
from outreach_cli.leftovers import close_dead_meltano_runs, remove_config_files
from outreach_cli.processes import Seen, host, oldest_meltano
from outreach_cli.settings import Settings
from outreach_cli.wording import plural
from outreach_core.errors import Retriable

WAIT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Begun:
    """What was done, in sentences without personal data."""

    run_id: str
    sentences: tuple[str, ...]


def begin_run(
    settings: Settings,
    job: str,
    caller: Seen,
    living: Callable[[], Sequence[Seen]],
    *,
    now: Callable[[], datetime],
    sleep: Callable[[float], None],
    monotonic: Callable[[], float],
) -> Begun:
    """Take the lease for `caller` and clear away what a killed run left behind."""
    with doors.ledger(settings, now=now) as ledger:
        _refuse_if_held(ledger)
        wait_for_writers(
            settings.ledger_url, sleep=sleep, monotonic=monotonic, timeout=WAIT_SECONDS
        )
        run = ledger.runs.begin(job, ProcessMark(host(), caller.pid, caller.started))
    seen = living()
    files = remove_config_files(
        settings.meltano_dir / "run",
        before=oldest_meltano(caller, seen),
        command_lines=(" ".join(other.arguments) for other in seen),
    )
    database = meltano_database(settings)
    closed = close_dead_meltano_runs(database, now=now, sleep=sleep) if database else 0
    return Begun(run.run_id, tuple(_sentences(job, files, closed)))


def meltano_database(settings: Settings) -> Path | None:
    """Return the file of Meltano's own database, or `None` if it is not SQLite.

    On another database a killed run blocks for five minutes, or until `meltano run --force`.
    """
    if settings.meltano_database_url is None:
        return settings.meltano_dir / "meltano.db"
    return doors.sqlite_file(settings.meltano_database_url)


def _refuse_if_held(ledger: Ledger) -> None:
    """Say at once whose the lease is, rather than wait for the writers of a run that goes on (1)."""
    run = ledger.runs.current()
    if run is None or not is_alive(run.process):
        return
    since = f"{run.started_at:%Y-%m-%d %H:%M} UTC" if run.started_at else "a while ago"
    raise Retriable(
        f"A run of {run.job} has been working since {since} (process {run.process.pid} on "
        f"{run.process.host}).",
        code="lease_held",
        remedy="Let it end, or stop it, and start again.",
    )


def _sentences(job: str, files: int, closed: int) -> Iterable[str]:
    yield f"Run of {job} begun."
    if files:
        yield f"Removed {plural(files, 'settings file')} that a killed run had left behind."
    if closed:
        yield f"Closed {plural(closed, 'pipeline')} that a killed run had left open in Meltano."
