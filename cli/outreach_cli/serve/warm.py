"""A process in which every plugin of a job is loaded already; a run is a fork of it.

The rule: it has one thread and never works itself. It reads `run` on its stdin and answers with one line of JSON on
its stdout; when its stdin ends it ends. Each run is two processes, as under Meltano: the lease names the first, which
only waits; the second does the work, and stops writing when the first is gone.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO

from outreach_cli.serve import blocks
from outreach_cli.serve.meltano_job import log_as_meltano, read_job
from outreach_cli.serve.tasks import Job
from outreach_core.errors import OutreachError
from outreach_core.mapping.files import REPLIES_FILE, load_reply_rules

RUN = "run"


def main() -> int:
    """Load everything, then run the job whenever it is asked for."""
    os.umask(0o077)
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever a library prints is no answer of ours
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the receiver says when to stop
    root, environment, name, suffix = sys.argv[1:5]
    log_as_meltano()
    try:
        job = read_job(Path(root), environment, name, suffix)
        entries = blocks.programs(job.tasks)
        os.chdir(root)
        load(job, entries)
    except OutreachError as error:
        print(json.dumps({"ready": False, "why": str(error)}), file=out)
        return 1
    print(json.dumps({"ready": True}), file=out)
    for line in sys.stdin:
        if line.strip() == RUN:
            print(json.dumps(_run(job, entries, time.monotonic)), file=out)
    return 0


def load(job: Job, entries: dict[str, str]) -> None:
    """Import every program, and do once what each run would have to do again."""
    for entry in entries.values():
        importlib.import_module(entry.partition(":")[0])
    load_reply_rules(job.rules_dir / REPLIES_FILE)
    gc.freeze()  # a fork shares what nobody touches, and the collector would touch it all


def _run(job: Job, entries: dict[str, str], clock: Callable[[], float]) -> dict[str, object]:
    """Run the job once; learn what it had to import, so that the next run finds it here."""
    started = clock()
    reads, writes = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reads)
        os.setsid()  # who stops the receiver at a terminal does not stop a run half-way
        os._exit(_lease_holder(job, entries, writes))
    os.close(writes)
    with os.fdopen(reads) as told:
        imported = told.read()
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    _import(imported.split())
    return {"code": code, "seconds": round(clock() - started, 3)}


def _lease_holder(job: Job, entries: dict[str, str], told: int) -> int:
    pid = os.fork()
    if not pid:
        with os.fdopen(told, "w") as pipe:
            code = _work(job, entries, pipe)
        os._exit(code)
    os.close(told)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _work(job: Job, entries: dict[str, str], told: IO[str]) -> int:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    before = set(sys.modules)
    code = 1
    try:
        code = blocks.run(job, entries)
    except OutreachError as error:  # one sentence, as a plugin's own command line ends
        print(f"{error} [{error.code}]", file=sys.stderr)
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException as error:  # noqa: BLE001 - a run reports whatever went wrong and ends
        # no message: it may hold what a row holds
        places = traceback.extract_tb(error.__traceback__)
        print(
            f"{type(error).__name__} at {places[-1].filename}:{places[-1].lineno}", file=sys.stderr
        )
    with contextlib.suppress(OSError):
        print(*sorted(set(sys.modules) - before), file=told)
    return code


def _import(names: list[str]) -> None:
    for name in names:
        with contextlib.suppress(Exception):
            importlib.import_module(name)


if __name__ == "__main__":
    sys.exit(main())
