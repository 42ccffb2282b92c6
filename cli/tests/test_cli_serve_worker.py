"""When the worker runs, and what it does when it cannot."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.tests.receiving import opened, receiving
from outreach_adapters.ledger import Ledger, ProcessMark, open_ledger
from outreach_adapters.ledger.hints import Hint
from outreach_adapters.ledger.processes import mark_of
from outreach_cli.serve import meltano_job
from outreach_cli.serve.blocks import programs
from outreach_cli.serve.keys import keys_of
from outreach_cli.serve.metrics import Metrics
from outreach_cli.serve.tasks import Block
from outreach_cli.serve.worker import LEASE_SECONDS, LOOK_SECONDS, Ended, Worker
from outreach_core.errors import ConfigError
from outreach_core.model import Side
from tests.harness.project import ROOT, Project

JOB = "hubspot-sync"
URLS = {f"SANDBOX_{v}_URL": f"http://127.0.0.1:{n}" for n, v in enumerate(("GOOGLE", "HUBSPOT", "SALESFORCE"), 1)}  # fmt: skip


@dataclass
class Desk:
    """A worker whose clock and whose runs are told."""

    ledger: Ledger
    time: list[datetime]
    codes: list[int] = field(default_factory=list)
    runs: int = 0
    during: Any = None

    def run(self) -> Ended:
        """Run as a job does: take the lease, work, give it back."""
        self.runs += 1
        self.later(0.001)
        code = self.codes.pop(0) if self.codes else 0
        begun = self.ledger.runs.begin(JOB, mark_of(os.getpid()))
        self.later(0.5)
        if self.during is not None:
            self.during()
        if code in (0, 3, 4):
            self.ledger.runs.finish(begun.run_id, "clean", {})
        return Ended(code, 0.5)

    def stop(self) -> None:
        """Nothing to stop."""

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.time[0] += timedelta(seconds=seconds)

    def told(self, *ids: str) -> None:
        """Let a CRM say that these changed."""
        self.ledger.hints.note([Hint(Side.HUBSPOT, "contacts", one) for one in ids])


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    time = [datetime(2026, 3, 4, 12, tzinfo=UTC)]
    numbers = iter(range(1000))
    url = receiving(tmp_path).ledger_url
    ledger = open_ledger(url, now=lambda: time[0], new_id=lambda: f"id-{next(numbers):04}")
    return Desk(ledger, time)


def worker(desk: Desk, settle: float = 2.0, runs: int = 600) -> Worker:
    return Worker(desk.ledger, desk, Metrics(), JOB, settle, runs, lambda: desk.time[0])


def test_nothing_named_is_no_run(desk: Desk) -> None:
    """Hints of our own, which wait for the schedule, start nothing either."""
    assert LOOK_SECONDS == worker(desk).step()
    assert 0 == desk.runs


def test_what_comes_while_it_settles_is_one_run(desk: Desk) -> None:
    """The time counts from the first, so that a stream of events does not put it off for ever."""
    here = worker(desk)
    desk.told("1")
    rest = here.step()
    desk.later(1.5)
    desk.told("2", "3")
    desk.later(0.5)
    then = here.step()

    assert (2.0, 0.0, 1) == (rest, then, desk.runs)
    assert LOOK_SECONDS == here.step()


def test_what_comes_during_a_run_is_one_more(desk: Desk) -> None:
    """However much it is, and also where it is the record that was just read."""
    here = worker(desk, settle=0)
    desk.told("1")
    desk.during = lambda: desk.told("1", "2")
    here.step()
    desk.during = None

    assert 0.0 == here.step()
    assert LOOK_SECONDS == here.step()
    assert 2 == desk.runs


def test_no_minute_has_more_runs_than_it_may(desk: Desk) -> None:
    """A few edits are each seen at once; a steady stream stays within Google's reads of a minute."""
    here = worker(desk, settle=1, runs=2)
    began = []
    for number in ("1", "2"):
        desk.told(number)
        desk.later(1)
        began.append(desk.time[0])
        assert 0.0 == here.step()
    desk.told("3")
    desk.later(1)
    desk.later(here.step())

    assert 2 == desk.runs
    assert timedelta(minutes=1) == desk.time[0] - began[0]
    assert 0.0 == here.step()
    assert 3 == desk.runs


def test_somebody_elses_run_is_waited_for(desk: Desk) -> None:
    """If it began after the event it has looked already, and no run of ours is needed."""
    here = worker(desk, settle=0)
    desk.told("1")
    desk.later(1)
    theirs = desk.ledger.runs.begin(JOB, mark_of(os.getpid()))
    busy = here.step()
    desk.ledger.runs.finish(theirs.run_id, "clean", {})

    assert (LEASE_SECONDS, LOOK_SECONDS, 0) == (busy, here.step(), desk.runs)


def test_a_lease_of_the_dead_stops_nobody(desk: Desk) -> None:
    """`begin` takes it over, as it does for a scheduled run."""
    here = worker(desk, settle=0)
    desk.told("1")
    desk.later(1)
    dead = mark_of(os.getpid())
    desk.ledger.runs.begin(JOB, ProcessMark(dead.host, dead.pid, dead.started - 1000))

    assert 0.0 == here.step()
    assert 1 == desk.runs


def test_failures_back_off_until_one_run_ends_well(desk: Desk) -> None:
    """What was named is not forgotten over it; health tells of it meanwhile."""
    here = worker(desk, settle=0)
    desk.told("1")
    desk.codes = [1, 1, 2, 1, 1]
    delays = []
    for _ in range(5):
        desk.later(400)
        _release(desk)
        delays.append(here.step())
    trouble = here.trouble
    _release(desk)

    assert [5.0, 15.0, 60.0, 300.0, 300.0] == delays
    assert "The last run ended with 1." == trouble
    assert 0.0 == here.step()
    assert "" == here.trouble


def _release(desk: Desk) -> None:
    """A failed run's process is gone by the time of the next."""
    current = desk.ledger.runs.current()
    if current is not None:
        desk.ledger.runs.finish(current.run_id, "abandoned", {})


@pytest.mark.parametrize("code", [3, 4])
def test_a_judgement_is_no_failure(desk: Desk, code: int) -> None:
    """Refused rows or a guard: the same run again would say the same."""
    here = worker(desk, settle=0)
    desk.told("1")
    desk.codes = [code]

    assert 0.0 == here.step()
    assert LOOK_SECONDS == here.step()


@pytest.mark.parametrize("name", ["crm-sync"])
def test_the_worker_runs_what_meltano_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Tasks, order, settings, catalogs and state ids are those of meltano.yml."""
    env = {
        **URLS, "OUTREACH_SPREADSHEET_ID": "a-sheet", "OUTREACH_LEDGER_URL": "sqlite:///x.db",
        "MELTANO_DATABASE_URI": f"sqlite:///{tmp_path}/meltano.db",
        "MELTANO_SYS_DIR_ROOT": str(tmp_path),
    }  # fmt: skip
    for key, value in env.items():
        monkeypatch.setenv(key, value)
    job = meltano_job.read_job(ROOT, "sandbox", name, "north")
    wanted = Project().job(name, env, "sandbox")

    assert len(wanted) == len(job.tasks)
    for theirs, ours in zip(wanted, job.tasks, strict=True):
        if isinstance(ours, Block):
            assert f"sandbox:{theirs.state_id}:north" == ours.state_id
            for one, other in ((theirs.tap, ours.tap), (theirs.target, ours.target)):
                assert (one.name, one.executable, one.catalog) == (
                    other.name, other.executable, other.catalog
                )  # fmt: skip
                assert one.config == dict(other.config)
            assert (theirs.mapper is None) == (ours.mapper is None)
            if theirs.mapper and ours.mapper:
                assert theirs.mapper.config == dict(ours.mapper.config)
        else:
            more = ["--job", name] if theirs.name == "outreach:begin" else []
            assert (theirs.name, [*theirs.args, *more]) == (ours.name, list(ours.args))
            assert {k: v.lower() for k, v in theirs.env.items()} == {
                k: ours.env[k].lower() for k in theirs.env
            }
    assert set(programs(job.tasks)) >= {"outreach", "reconcile", "target-outreach-ledger"}


def test_a_job_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a sentence, with what to do."""
    monkeypatch.setenv("MELTANO_DATABASE_URI", f"sqlite:///{tmp_path}/meltano.db")

    with pytest.raises(ConfigError, match="no job nowhere-sync"):
        meltano_job.read_job(ROOT, "sandbox", "nowhere-sync")


def test_a_key_that_others_may_read_is_not_taken(tmp_path: Path) -> None:
    """Two keys are accepted while one replaces the other; a file is its owner's alone."""
    file = tmp_path / "key"
    file.write_text("old\nnew\n")
    file.chmod(0o640)
    with pytest.raises(ConfigError, match="read by others"):
        keys_of(None, str(file))
    file.chmod(0o600)

    assert ("told", "old", "new") == keys_of("told", str(file))
    assert () == keys_of(None, None)


def test_states_are_kept_where_meltano_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept is read again, and replaces what was there."""
    for key, value in {**URLS, "OUTREACH_SPREADSHEET_ID": "a-sheet"}.items():
        monkeypatch.setenv(key, value)
    monkeypatch.setenv("MELTANO_DATABASE_URI", f"sqlite:///{tmp_path}/meltano.db")
    monkeypatch.setenv("MELTANO_SYS_DIR_ROOT", str(tmp_path))
    states = meltano_job.read_job(ROOT, "sandbox", JOB).states
    states.keep("sandbox:a-to-b", {"bookmarks": {"x": {"seq": 1}}})
    states.keep("sandbox:a-to-b", {"bookmarks": {"y": {"seq": 2}}})

    assert {"bookmarks": {"y": {"seq": 2}}} == states.get("sandbox:a-to-b")
    assert {} == states.get("sandbox:c-to-d")


def test_the_ledgers_account_is_the_one_it_was_told(tmp_path: Path) -> None:
    """Events of another account are told apart by it."""
    ledger = opened(receiving(tmp_path).ledger_url)
    found = ledger.hints.account(Side.HUBSPOT)
    ledger.close()

    assert "62515" == found
