"""Failures on request: which call they hit, and what the caller sees."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from outreach_sandbox.kernel.client import ControlRefused
from outreach_sandbox.kernel.faults import FaultQueue
from outreach_sandbox.kernel.server import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from outreach_sandbox.kernel.server import Running


@pytest.fixture(scope="module")
def shared() -> Iterator[Running]:
    """One sandbox for this module."""
    with running() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared: Running) -> Running:
    """It, started again."""
    shared.control.reset("empty")
    return shared


def get(sandbox: Running) -> tuple[int, bytes]:
    """One request whose answer is known."""
    url = f"{sandbox.google_url}/drive/v3/files/sandbox-outreach-sheet"
    request = urllib.request.Request(url, headers={"Authorization": "Bearer x"})
    try:
        with urllib.request.urlopen(request, timeout=5) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def statuses(sandbox: Running, count: int) -> list[int]:
    """The statuses of that many requests."""
    return [get(sandbox)[0] for _ in range(count)]


def test_a_fault_hits_the_call_it_names(sandbox: Running) -> None:
    """`skip` lets calls pass, `times` repeats, another vendor's fault waits."""
    sandbox.control.queue_faults(
        {"vendor": "google", "status": 503, "skip": 1, "times": 2},
        {"vendor": "hubspot", "status": 500},
        {"vendor": "*", "operation": "drive.files.*", "status": 500, "skip": 4},
    )

    assert [200, 503, 503, 200, 500, 200] == statuses(sandbox, 6)


def test_the_report_tells_what_was_consumed(sandbox: Running) -> None:
    """A fault that never fired is not consumed."""
    sandbox.control.queue_faults({"vendor": "google", "status": 503})
    sandbox.control.queue_faults({"vendor": "google", "operation": "oauth2.token", "status": 503})
    get(sandbox)

    assert [(True, 0), (False, 1)] == [
        (fault["consumed"], fault["remaining"]) for fault in sandbox.control.faults()
    ]


def test_body_headers_and_media_type_are_as_asked(sandbox: Running) -> None:
    """A fault may carry its own answer."""
    sandbox.control.queue_faults(
        {"status": 429, "body": {"a": 1}, "headers": {"Retry-After": "7"}, "vendor": "google"}
    )
    url = f"{sandbox.google_url}/drive/v3/files/x"
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(url, timeout=5)

    assert (429, "7", b'{"a":1}') == (
        caught.value.code,
        caught.value.headers["Retry-After"],
        caught.value.read(),
    )


def test_reset_closes_without_a_reply(sandbox: Running) -> None:
    """The journal keeps the call without a status."""
    sandbox.control.queue_faults({"vendor": "google", "reset": True})
    with pytest.raises(http.client.RemoteDisconnected):
        get(sandbox)

    assert [None] == [call["status"] for call in sandbox.control.calls()]


def test_truncate_sends_half(sandbox: Running) -> None:
    """Half of the promised body, then the end."""
    whole = get(sandbox)[1]
    sandbox.control.queue_faults({"vendor": "google", "truncate": True, "kind": "after"})
    with pytest.raises(http.client.IncompleteRead) as caught:
        get(sandbox)

    assert whole[: len(whole) // 2] == caught.value.partial


def test_a_delay_only_delays(sandbox: Running) -> None:
    """The answer is the same, later."""
    sandbox.control.queue_faults({"vendor": "google", "delay_seconds": 0.2})
    start = time.monotonic()

    assert (200, True) == (get(sandbox)[0], time.monotonic() - start >= 0.2)


def test_a_late_call_is_not_among_those_that_came_after_it(sandbox: Running) -> None:
    """Forgotten while its reply was late, it stays forgotten."""
    sandbox.control.queue_faults({"vendor": "google", "delay_seconds": 0.3})
    late = threading.Thread(target=get, args=(sandbox,))
    late.start()
    while not sandbox.control.faults()[0]["consumed"]:
        time.sleep(0.01)
    sandbox.control.forget_calls()
    late.join()
    get(sandbox)

    assert [None] == [call["fault"] for call in sandbox.control.calls()]


@pytest.mark.parametrize("group", [False, True])
def test_a_process_is_killed_before_the_connection_closes(sandbox: Running, group: bool) -> None:
    """When the caller sees the end of the connection the process is gone."""
    code = "import time; time.sleep(60)"
    victim = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    sandbox.control.queue_faults(
        {"vendor": "google", "kind": "after", "kill_pid": victim.pid, "kill_group": group}
    )
    with pytest.raises(http.client.RemoteDisconnected):
        get(sandbox)

    assert -9 == victim.wait(timeout=1)


@pytest.mark.parametrize(
    "bad",
    [{"vendor": "google"}, {"status": 500, "nope": 1}, {"status": 500, "kind": "during"}],
)
def test_a_fault_that_cannot_mean_anything_is_refused(
    sandbox: Running, bad: dict[str, Any]
) -> None:
    """Nothing is queued, and the message says what is wrong."""
    with pytest.raises(ControlRefused):
        sandbox.control.queue_faults({"status": 500}, bad)

    assert [] == sandbox.control.faults()


def test_the_nth_request_is_addressable() -> None:
    """Skips of several faults count down side by side, over all vendors, for API calls only."""
    queue = FaultQueue()
    queue.add([{"kind_of_call": "api", "skip": n, "reset": True} for n in (1, 3)])
    calls = ["token", "api", "api", "token", "api", "api"]
    fired = [queue.take("google", "any", "before", kind) is not None for kind in calls]

    assert [False, False, True, False, False, True] == fired


def test_a_person_acts_while_a_call_is_on_its_way(sandbox: Running) -> None:
    """Before it takes effect or after; the call itself goes on, and a refusal is told."""
    sandbox.control.reset("demo")
    typed = {"row": 2, "header": "Phone", "value": "+1 555 0100"}
    seen = []
    for kind in ("before", "after"):
        sandbox.control.people("google", "type", **{**typed, "value": "-"})
        person = {"vendor": "google", "door": "type", "body": typed}
        sandbox.control.queue_faults({"vendor": "google", "kind": kind, "person": person})
        seen.append("555 0100" in json.dumps(phones(sandbox)))
        assert "555 0100" in json.dumps(phones(sandbox))
    sandbox.control.queue_faults({"person": {"vendor": "hubspot", "door": "edit", "body": {}}})
    status = get(sandbox)[0]

    assert [True, False] == seen
    assert status < 500
    assert sandbox.control.faults()[-1]["refused"]


def phones(sandbox: Running) -> Any:
    """What the API tells of the phone column."""
    url = f"{sandbox.google_url}/v4/spreadsheets/sandbox-outreach-sheet/values/D1:D3"
    request = urllib.request.Request(url, headers={"Authorization": "Bearer anyone"})
    with urllib.request.urlopen(request, timeout=5) as reply:
        return json.load(reply)
