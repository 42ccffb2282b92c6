"""Runners that begin at the same moment: one of them has the lease, whatever the timing."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path
from typing import Any

from outreach_adapters.identifiers import new_id, utc_now
from outreach_adapters.ledger import ProcessMark, open_ledger
from outreach_core.errors import Retriable

RUNNERS = 4


def _begin(url: str, start: Any, done: Any, ends: Any) -> None:
    ledger = open_ledger(url, now=utc_now, new_id=new_id)
    start.wait(20)
    try:
        ledger.runs.begin("hubspot-sync", ProcessMark("here", os.getpid(), 1.0), lambda _: True)
        ends.put("holds it")
    except Retriable as refused:
        ends.put(refused.code)
    done.wait(20)  # a holder that is still there
    ledger.close()


def test_of_runners_that_begin_at_once_one_holds_the_lease(tmp_path: Path) -> None:
    """One writes; the others are told that somebody does."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    open_ledger(url, now=utc_now, new_id=new_id).close()
    context = multiprocessing.get_context("fork")
    start, done, ends = context.Event(), context.Event(), context.Queue()
    runners = [
        context.Process(target=_begin, args=(url, start, done, ends)) for _ in range(RUNNERS)
    ]
    for runner in runners:
        runner.start()
    start.set()
    found = sorted(ends.get(timeout=30) for _ in runners)
    done.set()
    for runner in runners:
        runner.join(30)

    assert ["holds it", *["lease_held"] * (RUNNERS - 1)] == found
