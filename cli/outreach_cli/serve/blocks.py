"""Runs the tasks of a job one after the other in this process, over HTTP as ever.

The rule: the very plugins of `meltano.yml`, entered by the classes their command lines enter; what one says goes to
the next through memory. A state is kept when its block ended, also where it failed half-way: it is only ever behind
what is durable.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import entry_points
from typing import Any

from outreach_cli.serve.tasks import Block, Job, Plugin, Task, Utility
from outreach_core.errors import ConfigError


def programs(tasks: Sequence[Task]) -> dict[str, str]:
    """Return where each program of a job is entered.

    Raises:
        ConfigError: One is not installed beside this one.
    """
    scripts = {entry.name: entry.value for entry in entry_points(group="console_scripts")}
    wanted = sorted({name for task in tasks for name in task.programs})
    missing = [name for name in wanted if name not in scripts]
    if missing:
        raise ConfigError(
            f"The worker does not find {', '.join(missing)}.",
            code="no_programs",
            remedy="Start it from the project's own environment: .venv/bin/outreach serve",
        )
    return {name: scripts[name] for name in wanted}


def run(job: Job, entries: dict[str, str]) -> int:
    """Run a job's tasks until one fails; return 0, or what its last task ended with."""
    for task in job.tasks:
        code = _utility(task, entries) if isinstance(task, Utility) else _block(task, job, entries)
        if code:
            return code
    return 0


def _utility(task: Utility, entries: dict[str, str]) -> int:
    os.environ.update(task.env)
    sys.argv = [task.executable, *task.args]
    try:
        result = _entered(entries[task.executable])()
    except SystemExit as stop:
        result = stop.code
    return result if isinstance(result, int) else int(result is not None)


def _block(block: Block, job: Job, entries: dict[str, str]) -> int:
    state = job.states.get(block.state_id)
    catalog = json.loads(block.tap.catalog.read_text()) if block.tap.catalog else None
    tap = _made(block.tap, entries, state=state, catalog=catalog)
    with _spoken() as said:
        tap.sync_all()
    if block.mapper is not None:
        mapper, heard = _made(block.mapper, entries), _lines(said)
        with _spoken() as said:
            mapper.listen(heard)
    target = _made(block.target, entries)
    with _spoken() as states:
        try:
            target.listen(_lines(said))
        finally:
            _keep_state(block, job, states)
    return 0


@contextlib.contextmanager
def _spoken() -> Iterator[io.BytesIO]:
    """Take what a plugin says on its stdout."""
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(out):
        yield raw
    out.flush()
    out.detach()


def _lines(said: io.BytesIO) -> io.TextIOWrapper:
    said.seek(0)
    return io.TextIOWrapper(said, encoding="utf-8")


def _keep_state(block: Block, job: Job, said: io.BytesIO) -> None:
    """Keep the last whole STATE line."""
    whole = [line for line in said.getvalue().splitlines(keepends=True) if line.endswith(b"\n")]
    if whole:
        job.states.keep(block.state_id, json.loads(whole[-1]))


def _made(plugin: Plugin, entries: dict[str, str], **more: Any) -> Any:
    module, _, attribute = entries[plugin.executable].partition(":")
    plugin_class = getattr(importlib.import_module(module), attribute.partition(".")[0])
    return plugin_class(config=dict(plugin.config), validate_config=True, **more)


def _entered(entry: str) -> Callable[[], object]:
    module, _, attribute = entry.partition(":")
    found: Any = importlib.import_module(module)
    for part in attribute.split("."):
        found = getattr(found, part)
    called: Callable[[], object] = found
    return called
