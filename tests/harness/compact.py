"""Runs a whole job in one process: tap, mapper and target one after the other, over HTTP as ever.

The rule: the very plugins of ``meltano.yml``, entered by their classes; a killed run is a killed process. It
exists for days of thousands of steps: ``forked`` starts some twenty processes a run, this one two.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from harness import forked
from harness.project import Block, Plugin, Utility
from outreach_core.errors import OutreachError
from outreach_core.mapping.files import REPLIES_FILE, load_reply_rules

_IMPORTED = "imported.json"


def warm(rules: Path, state_dir: Path) -> None:
    """Do once, before processes part, what each of them would have to do again: it is inherited."""
    load_reply_rules(rules / REPLIES_FILE)
    told = state_dir / _IMPORTED
    if told.exists():
        for name in json.loads(told.read_text()):
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        told.unlink()


def _tell_imports(path: Path) -> None:
    """Tell what a run had to import, so that the next one finds it there."""
    path.write_text(json.dumps(sorted(set(sys.modules) - _BEFORE)))


_BEFORE = set[str]()


def start_job(tasks: list[Block | Utility], state_dir: Path, log: Path, env: dict[str, str]) -> int:
    """Start the job and return its process id, which is also its group's."""
    _BEFORE.update(sys.modules)
    return forked.start(lambda: _supervise(tasks, state_dir), log, env)


def _supervise(tasks: list[Block | Utility], state_dir: Path) -> int:
    """Stand for Meltano: a run belongs to this process, the work is done by its only child."""
    states = state_dir / "states.jsonl"
    states.unlink(missing_ok=True)
    pid = os.fork()
    if not pid:
        code = 1
        try:
            code = _work(tasks, state_dir, states)
            _tell_imports(state_dir / _IMPORTED)
        except OutreachError as error:  # one sentence, as the plugin's own command line ends
            print(f"{error} [{error.code}]", file=sys.stderr)
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        except BaseException:  # noqa: BLE001 - a child reports whatever went wrong and ends
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    _keep_states(states, state_dir)
    return int(code != 0)


def _work(tasks: list[Block | Utility], state_dir: Path, states: Path) -> int:
    for task in tasks:
        code = _utility(task) if isinstance(task, Utility) else _block(task, state_dir, states)
        if code:
            return code
        # what one block kept, the next one reads; a later kill must not take it
        _keep_states(states, state_dir)
    return 0


def _utility(task: Utility) -> int:
    os.environ.update(task.env)
    sys.argv = [task.executable, *task.args]
    try:
        result = forked.entry(task.executable)()
    except SystemExit as stop:
        result = stop.code
    return result if isinstance(result, int) else int(result is not None)


def _block(block: Block, state_dir: Path, states: Path) -> int:
    saved = state_dir / f"{block.state_id}.json"
    state = json.loads(saved.read_text()) if saved.exists() else {}
    lines = _spoken(lambda: _tap(block.tap, state))
    if block.mapper is not None:
        plugin, given = block.mapper, lines
        lines = _spoken(lambda: _made(plugin).listen(given))
    with states.open("a", buffering=1) as kept:
        print(json.dumps({"state_id": block.state_id}), file=kept)
        with contextlib.redirect_stdout(kept):
            _made(block.target).listen(lines)
    return 0


def _spoken(work: Any) -> io.StringIO:
    """Return what a plugin says on its stdout, as the next one's stdin."""
    raw = io.BytesIO()
    with contextlib.redirect_stdout(io.TextIOWrapper(raw, encoding="utf-8", write_through=True)):
        work()
        return io.StringIO(raw.getvalue().decode())


def _tap(plugin: Plugin, state: dict[str, Any]) -> None:
    catalog = json.loads(plugin.catalog.read_text()) if plugin.catalog else None
    _made(plugin, state=state, catalog=catalog).sync_all()


def _made(plugin: Plugin, **more: Any) -> Any:
    return forked.plugin_class(plugin.executable)(
        config=plugin.config, validate_config=True, **more
    )


def _keep_states(states: Path, state_dir: Path) -> None:
    """Keep the last whole STATE line of each pair, as Meltano does."""
    if not states.exists():
        return
    state_id = ""
    for line in states.read_text().splitlines():
        with contextlib.suppress(ValueError):
            found = json.loads(line)
            if "state_id" in found:
                state_id = found["state_id"]
            else:
                (state_dir / f"{state_id}.json").write_text(json.dumps(found))
