"""The command behind the Sync button."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from outreach_sandbox.console.runner import MOST_LINES, Busy, Runner, State

from .conftest import Page


def runner(code: str, **environment: str) -> Runner:
    """A runner of a little program."""
    return Runner([sys.executable, "-c", code], {**os.environ, **environment}, time.monotonic)


async def ended(it: Runner) -> None:
    """Wait until the run is over."""
    async with asyncio.timeout(20):
        while it.state is State.RUNNING:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)


def test_what_is_printed_is_kept_without_a_terminals_colours() -> None:
    """Both streams, in order, the last line even without its end; and how it ended."""
    code = (
        "import sys; print('\\x1b[1mone\\x1b[0m', flush=True); sys.stderr.write('two'); sys.exit(3)"
    )

    async def story() -> dict[str, Any]:
        it = runner(code)
        await it.start()
        await ended(it)
        return it.report(0, 1)

    found = asyncio.run(story())
    assert (["one", "two"], 3, "idle", 1) == (
        found["lines"],
        found["exit_code"],
        found["state"],
        found["run"],
    )


def test_one_run_at_a_time() -> None:
    """A second press is refused while the first runs, and works after it."""

    async def story() -> tuple[str, int]:
        it = runner("import time; time.sleep(0.3)")
        await it.start()
        with pytest.raises(Busy) as refused:
            await it.start()
        await ended(it)
        second = await it.start()
        await ended(it)
        return str(refused.value), second

    assert ("a sync is running already", 2) == asyncio.run(story())


def test_without_a_command_there_is_nothing_to_press() -> None:
    """The button says what is missing."""
    with pytest.raises(Busy, match="without --sync-command"):
        asyncio.run(Runner([], {}, time.monotonic).start())


def test_a_command_that_is_not_there_is_said() -> None:
    """It ends as a shell would end it, with a line that names it."""

    async def story() -> dict[str, Any]:
        it = Runner(["no-such-program"], dict(os.environ), time.monotonic)
        await it.start()
        await ended(it)
        return it.report(0, 1)

    found = asyncio.run(story())
    assert (127, ["cannot start no-such-program: No such file or directory"]) == (
        found["exit_code"],
        found["lines"],
    )


def test_nothing_is_read_by_a_shell() -> None:
    """Words are words, whatever a shell would make of them."""

    async def story() -> dict[str, Any]:
        words = ["$HOME", "; echo more", "`id`"]
        show = [sys.executable, "-c", "import sys; print(*sys.argv[1:])", *words]
        it = Runner(show, dict(os.environ), time.monotonic)
        await it.start()
        await ended(it)
        return it.report(0, 1)

    assert ["$HOME ; echo more `id`"] == asyncio.run(story())["lines"]


def test_a_page_gets_each_line_once() -> None:
    """It says how far it has read; another run begins anew; what is long ago is cut and counted."""

    async def story() -> tuple[list[str], list[str], int, list[str]]:
        it = runner("for n in range(6000): print(n)")
        await it.start()
        await ended(it)
        some, rest = it.report(5998, 1), it.report(6000, 1)
        whole = it.report(0, 1)
        await it.start()
        await ended(it)
        return some["lines"], rest["lines"], len(whole["lines"]), it.report(6000, 1)["lines"][:1]

    assert (["5998", "5999"], [], MOST_LINES, ["1000"]) == asyncio.run(story())


def test_a_stopped_run_takes_its_children_along(tmp_path: Path) -> None:
    """What the command started is asked to end too."""
    note = tmp_path / "child"
    code = (
        "import subprocess, sys, pathlib, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __import__('os').environ['NOTE'])"
        ".write_text(str(child.pid))\n"
        "time.sleep(60)"
    )

    async def story() -> tuple[int | None, int]:
        it = runner(code, NOTE=str(note))
        await it.start()
        async with asyncio.timeout(20):
            while not note.exists() or not note.read_text():  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)
        it.stop()
        await ended(it)
        return it.exit_code, int(note.read_text())

    exit_code, child = asyncio.run(story())
    assert -signal.SIGTERM == exit_code
    assert gone(child)


def test_the_sandboxs_end_ends_a_run_that_will_not() -> None:
    """A command that ignores the request is killed."""
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(60)"

    async def story() -> int | None:
        it = runner(code)
        await it.start()
        async with asyncio.timeout(20):
            while not it.report(0, 1)["lines"]:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)
        await it.close()
        return it.exit_code

    assert -signal.SIGKILL == asyncio.run(story())


def test_the_button_over_http(page: Page) -> None:
    """202 with the run's number, 409 for a second press, then the output and the exit code."""
    run = page.json("/console/pulse")["sync"]["run"] + 1
    statuses = [page.ask("POST", "/console/sync")[0] for _ in range(2)]
    deadline = time.monotonic() + 20
    while (sync := page.json(f"/console/pulse?run={run}")["sync"])["state"] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.05)

    assert [202, 409] == statuses
    assert (run, 3, ["one", "two red"]) == (sync["run"], sync["exit_code"], sync["lines"])


def gone(pid: int) -> bool:
    """Whether a process ends within some seconds; one that waits to be reaped has ended."""
    for _ in range(200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False
