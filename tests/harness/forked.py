"""A runner that does what ``meltano run`` does, by forking: tap | mapper | target, block after block.

It exists because a kill sweep needs hundreds of runs: a fork of a warm interpreter takes milliseconds.
Each plugin is still a process of its own with its own pipes, entered through its command line, so
SIGKILL means what it means in production. State is kept per pair from the target's STATE lines.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from harness.project import Block, Plugin, Utility

_SCRIPTS = {entry.name: entry.value for entry in entry_points(group="console_scripts")}


def preload(tasks: list[Block | Utility]) -> None:
    """Import every program once, before forking."""
    for task in tasks:
        names = (
            [task.executable]
            if isinstance(task, Utility)
            else [p.executable for p in (task.tap, task.mapper, task.target) if p]
        )
        for name in names:
            importlib.import_module(_SCRIPTS[name].partition(":")[0])


def run_job(tasks: list[Block | Utility], state_dir: Path, log: Path, env: dict[str, str]) -> int:
    """Run the tasks in a process group of their own; return 0, or 1 as Meltano does."""
    pid = start_job(tasks, state_dir, log, env)
    return wait(pid)


def start_job(tasks: list[Block | Utility], state_dir: Path, log: Path, env: dict[str, str]) -> int:
    """Start the runner and return its process id, which is also its group's."""
    return start(lambda: _runner(tasks, state_dir), log, env)


def start(work: Callable[[], int], log: Path, env: dict[str, str]) -> int:
    """Do something in a process of its own, at the head of a group; return its id."""
    pid = os.fork()
    if pid:
        return pid
    _in_child(work, log, env, new_group=True)
    raise AssertionError("unreachable")


def run_command(
    executable: str, args: list[str], env: dict[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    """Run a command of ours to its end and return what it said."""
    importlib.import_module(_SCRIPTS[executable].partition(":")[0])
    out, err = folder / "command.out", folder / "command.err"
    for path in (out, err):
        path.unlink(missing_ok=True)

    def work() -> int:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(handle, 1)
        sys.argv = [executable, *args]
        result = entry(executable)()
        return result if isinstance(result, int) else 0

    pid = os.fork()
    if not pid:
        _in_child(work, err, env)
    code = wait(pid)
    said = [path.read_text() if path.exists() else "" for path in (out, err)]
    return subprocess.CompletedProcess([executable, *args], code, *said)


def wait(pid: int) -> int:
    """Return the runner's exit code; 128 + n after signal n."""
    _, status = os.waitpid(pid, 0)
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def _in_child(
    work: Callable[[], int], log: Path, env: dict[str, str], *, new_group: bool = False
) -> None:
    code = 1
    try:
        if new_group:
            os.setsid()
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(handle, 2)
        if new_group:
            os.dup2(handle, 1)
        os.environ.clear()
        os.environ.update(env)
        sys.stdin = os.fdopen(0, "r", closefd=False)
        sys.stdout = os.fdopen(1, "w", closefd=False)
        sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        code = work()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException:  # noqa: BLE001 - a child reports whatever went wrong and ends
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except OSError:
                code = code or 1
        os._exit(code)


def _runner(tasks: list[Block | Utility], state_dir: Path) -> int:
    for task in tasks:
        code = _utility(task) if isinstance(task, Utility) else _block(task, state_dir)
        if code:
            print(f"block failed: {getattr(task, 'name', None) or task.state_id}", file=sys.stderr)
            return 1
    return 0


def _fork(work: Callable[[], int], stdin: int | None, stdout: int | None, close: list[int]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        if stdin is not None:
            os.dup2(stdin, 0)
        if stdout is not None:
            os.dup2(stdout, 1)
        for handle in close:
            os.close(handle)
        sys.stdin = os.fdopen(0, "r", closefd=False)
        sys.stdout = os.fdopen(1, "w", closefd=False)
        code = work()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError):
                code = code or 1
        os._exit(code)


def entry(executable: str) -> Callable[..., object]:
    """Return what a command line of ours enters."""
    module, _, attribute = _SCRIPTS[executable].partition(":")
    found: object = importlib.import_module(module)
    for part in attribute.split("."):
        found = getattr(found, part)
    return found  # type: ignore[return-value]


def plugin_class(executable: str) -> type[Any]:
    """Return the class whose command line this is."""
    module, _, attribute = _SCRIPTS[executable].partition(":")
    found: type[Any] = getattr(importlib.import_module(module), attribute.partition(".")[0])
    return found


def _utility(task: Utility) -> int:
    def work() -> int:
        os.environ.update(task.env)
        sys.argv = [task.executable, *task.args]
        result = entry(task.executable)()
        return int(result or 0) if isinstance(result, int) else 0

    _, status = os.waitpid(_fork(work, None, None, []), 0)
    return os.waitstatus_to_exitcode(status)


def _plugin(plugin: Plugin, folder: Path, state: str | None) -> int:
    config = folder / f"{plugin.name}.{os.getpid()}.config.json"
    config.write_text(json.dumps(plugin.config))
    args = ["--config", str(config)]
    if state is not None:
        state_file = config.with_suffix(".state.json")
        state_file.write_text(state)
        args += ["--state", str(state_file)]
    if plugin.catalog is not None:
        args += ["--catalog", str(plugin.catalog)]
    sys.argv = [plugin.executable, *args]
    entry(plugin.executable)()
    return 0


def _block(block: Block, state_dir: Path) -> int:
    saved = state_dir / f"{block.state_id}.json"
    state = saved.read_text() if saved.exists() else "{}"
    chain = [block.tap, *([block.mapper] if block.mapper else []), block.target]
    pids: list[int] = []
    source: int | None = None
    for plugin in chain:
        read, write = os.pipe()
        given = state if plugin is block.tap else None
        pids.append(
            _fork(lambda p=plugin, g=given: _plugin(p, state_dir, g), source, write, [read])
        )
        os.close(write)
        if source is not None:
            os.close(source)
        source = read
    assert source is not None
    _keep_states(source, saved)
    codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
    for plugin, code in zip(chain, codes, strict=True):
        if code:
            print(f"{plugin.executable} ended with {code}", file=sys.stderr)
    return next((code for code in codes if code), 0)


def _keep_states(source: int, saved: Path) -> None:
    """Persist every STATE line at once, as Meltano does."""
    with os.fdopen(source, "r") as lines:
        for line in lines:
            try:
                state = json.loads(line)
            except ValueError:
                print(
                    f"not a STATE on the target's stdout: {len(line)} characters", file=sys.stderr
                )
                continue
            fresh = saved.with_suffix(".new")
            fresh.write_text(json.dumps(state))
            fresh.replace(saved)
