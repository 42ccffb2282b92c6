"""The clock, the journal, the control port and the command."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach_sandbox.cli import main
from outreach_sandbox.google.operations import REQUESTS
from outreach_sandbox.kernel.clock import DEFAULT_START, Clock
from outreach_sandbox.kernel.randomness import Seeded
from outreach_sandbox.kernel.server import running
from outreach_sandbox.kernel.service import Exchange
from outreach_sandbox.kernel.world import World


def test_a_manual_clock_moves_only_when_told() -> None:
    """Start plus what was advanced, and back to the start on a reset."""
    clock = Clock(manual=True)
    clock.advance(61.5)
    moved = (clock.now() - DEFAULT_START).total_seconds()
    clock.rewind()

    assert (61.5, DEFAULT_START) == (moved, clock.now())


def test_a_clock_never_goes_back() -> None:
    """A negative advance is refused."""
    with pytest.raises(ValueError, match="only moves forward"):
        Clock().advance(-1)


def test_each_purpose_has_its_own_randomness() -> None:
    """What one purpose draws does not move another."""
    one, other = Seeded(7), Seeded(7)
    one.rng("noise").random()

    assert one.rng("ids").random() == other.rng("ids").random()


def test_answers_carry_the_sandboxs_date() -> None:
    """A client that takes its time from `Date` moves with the sandbox's clock."""
    with running(seed="demo", clock=Clock(manual=True)) as sandbox:
        sandbox.control.advance(3600)
        request = urllib.request.Request(
            f"{sandbox.google_url}/drive/v3/files/sandbox-outreach-sheet",
            headers={"Authorization": "Bearer x"},
        )
        with urllib.request.urlopen(request, timeout=5) as reply:
            dates = reply.headers.get_all("date")

    assert ["Mon, 23 Nov 2026 10:00:00 GMT"] == dates


@pytest.mark.parametrize("vendor", ["google", "salesforce"])
def test_what_is_not_built_says_so(vendor: str) -> None:
    """501 with the method and the path, and the call is in the journal."""
    with running() as sandbox:
        url = getattr(sandbox, f"{vendor}_url")
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"{url}/nope?q=1", timeout=5)
        body = json.loads(caught.value.read())
        call = sandbox.control.calls()[0]

    assert (501, "not built in this sandbox: GET /nope") == (caught.value.code, body["error"])
    assert (1, vendor, "unknown", "/nope", [["q", "1"]], 501, "api") == (
        call["seq"],
        call["vendor"],
        call["operation"],
        call["path"],
        call["query"],
        call["status"],
        call["kind"],
    )


def test_the_journal_keeps_no_credential() -> None:
    """Neither headers nor bodies are recorded."""
    with running() as sandbox:
        request = urllib.request.Request(
            f"{sandbox.google_url}/token", b"assertion=hush", {"Authorization": "Bearer hush"}
        )
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(request, timeout=5)
        text = json.dumps(sandbox.control.calls())

    assert ("hush" in text, '"kind": "token"' in text) == (False, True)


def test_a_reset_forgets_everything() -> None:
    """Clock, calls, faults and the vendors' contents start again; own switches stay."""
    world = World(seed="demo", clock=Clock(manual=True), switches={"google.read_quota": 5})
    world.clock.advance(60)
    world.faults.add([{"status": 500}])
    world.reset("empty")
    grid = world.services["google"].people()["grid"]({})

    assert (DEFAULT_START, [], [], 5, 1) == (
        world.clock.now(),
        world.journal.as_json(),
        world.faults.report(),
        world.switches["google.read_quota"],
        len(grid["values"]),
    )


def test_the_page_says_what_this_is() -> None:
    """GET /_sandbox/ lists the doors."""
    with running() as sandbox:
        page = sandbox.control_url + "/_sandbox/"
        with urllib.request.urlopen(page, timeout=5) as reply:
            text = reply.read().decode()

    assert ["Outreach sandbox", "/_sandbox/faults", "google/outreach_send"] == [
        word
        for word in ("Outreach sandbox", "/_sandbox/faults", "google/outreach_send")
        if word in text
    ]


def test_an_unknown_seed_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """The command ends with 2 and lists the seeds there are."""
    code = main(["serve", "--seed", "no-such-seed"])

    assert (2, True) == (code, "demo, empty" in capsys.readouterr().out)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_listens_on_loopback_and_stops_cleanly(
    tmp_path: Path, number: signal.Signals
) -> None:
    """URLs are printed and written once listening; a signal ends it with 0."""
    ports = tmp_path / "ports.json"
    command = [sys.executable, "-m", "outreach_sandbox.cli", "serve", "--ports-file", str(ports)]
    for name in ("google", "hubspot", "salesforce", "control"):
        command += [f"--{name}-port", "0"]
    path = os.pathsep.join(sys.path)
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    deadline = time.monotonic() + 20
    while not ports.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    urls = json.loads(ports.read_text())
    with urllib.request.urlopen(urls["control"] + "/_sandbox/clock", timeout=5) as reply:
        answered = reply.status
    process.send_signal(number)
    printed, _ = process.communicate(timeout=10)

    assert (0, 200, True, True) == (
        process.returncode,
        answered,
        all(url in printed for url in urls.values()),
        all(url.startswith("http://127.0.0.1:") for url in urls.values()),
    )


def test_every_request_kind_is_in_the_readme() -> None:
    """The list names each request kind of a batchUpdate, and nothing else."""
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^- `([\w.]+)`", text, flags=re.MULTILINE))

    assert set(REQUESTS) == listed


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.sampled_from(["a", "b", ""])),
        st.tuples(st.just("send"), st.integers(2, 6)),
        st.tuples(st.just("advance"), st.integers(0, 90)),
        st.tuples(st.just("create"), st.just("x")),
        st.tuples(st.just("read"), st.just("A1:N")),
        st.tuples(st.just("protect"), st.integers(0, 3)),
    ),
    max_size=12,
)


def trace(seed: int, steps: list[tuple[str, Any]]) -> str:
    """Everything that can be seen of these steps."""
    world = World(seed="empty", clock=Clock(manual=True), random_seed=seed)
    google = world.services["google"]
    operations = {operation.id: operation for operation in google.operations()}
    doors = google.people()
    seen: list[Any] = []
    for name, value in steps:
        match name:
            case "append":
                seen.append(doors["outreach_append"]({"rows": [[value, "x"]]}))
            case "send":
                seen.append(doors["outreach_send"]({"row": value}))
            case "advance":
                world.clock.advance(value)
            case _:
                seen.append(answer(operations, name, value))
    drive = call(operations, "drive.files.list", fields="files")
    return json.dumps([seen, drive.body])


def call(operations: dict[str, Any], name: str, body: Any = None, **query: str) -> Any:
    """One call without a port."""
    exchange = Exchange(
        method="POST",
        path="/",
        path_params={"id": "sandbox-outreach-sheet", "range": "A1:N"},
        query=list(query.items()),
        headers={"authorization": "Bearer x"},
        body=json.dumps(body or {}).encode(),
    )
    return operations[name].handler(exchange)


def answer(operations: dict[str, Any], name: str, value: Any) -> Any:
    """The body of one of the API steps."""
    if name == "create":
        return call(operations, "sheets.spreadsheets.create").body
    if name == "read":
        return call(operations, "sheets.spreadsheets.values.get").body
    place = {"sheetId": 0, "startRowIndex": value}
    request = {"addProtectedRange": {"protectedRange": {"range": place}}}
    return call(operations, "sheets.spreadsheets.batchUpdate", {"requests": [request]}).body


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 3), steps=STEPS)
def test_same_seed_and_same_calls_give_the_same_trace(
    seed: int, steps: list[tuple[str, Any]]
) -> None:
    """Two worlds that are asked the same answer the same, ids and times included."""
    assert trace(seed, steps) == trace(seed, steps)


def test_a_reset_restarts_the_randomness() -> None:
    """After a reset the same calls get the same ids again."""
    world = World(seed="empty", clock=Clock(manual=True))
    operations = {each.id: each for each in world.services["google"].operations()}
    first = call(operations, "sheets.spreadsheets.create").body
    world.reset("empty")

    assert first == call(operations, "sheets.spreadsheets.create").body


def test_another_seed_gives_other_ids() -> None:
    """The random seed really decides what is drawn."""
    assert trace(0, [("create", "x")]) != trace(1, [("create", "x")])
