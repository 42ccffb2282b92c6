"""A moment that was kept is come back to whole, as often as one likes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from outreach_sandbox.kernel.client import Control, ControlRefused
from outreach_sandbox.kernel.server import Running, running

MAIL = "hello@bluefinch.example.com"


@pytest.fixture
def control() -> Iterator[Control]:
    """A sandbox with the demo story in it."""
    with running(seed="demo") as sandbox:
        assert isinstance(sandbox, Running)
        yield sandbox.control


def seen(control: Control) -> dict[str, Any]:
    """What people see of all three."""
    return {
        "sheet": control.people("google", "grid")["values"],
        "contacts": control.people("hubspot", "contacts"),
        "leads": control.people("salesforce", "records", object="Lead"),
    }


def change(control: Control, word: str) -> None:
    """Change something everywhere, and make something new everywhere."""
    control.people("google", "type", row=2, header="Location", value=word)
    control.people("hubspot", "edit", email=MAIL, properties={"city": word})
    control.people("hubspot", "create", object="contacts", properties={"firstname": word})
    new = {"LastName": word, "Company": word}
    control.people("salesforce", "create", object="Lead", values=new)


def test_everything_is_as_it_was(control: Control) -> None:
    """Values, ids that are still to be given, and the moment itself, however often one returns."""
    before = seen(control)
    control.keep("start")
    change(control, "One")
    after = seen(control)

    for _ in range(2):
        control.go_back("start")
        assert before == seen(control)
        change(control, "Two")
        again = seen(control)

    assert ids(after) == ids(again)
    assert "One" not in str(again)


def ids(found: dict[str, Any]) -> list[list[str]]:
    """The ids of contacts and leads."""
    contacts = [record["id"] for record in found["contacts"]["contacts"]]
    return [contacts, [record["Id"] for record in found["leads"]["records"]]]


def test_the_clock_and_the_switches_go_back_too(control: Control) -> None:
    """What was advanced since is gone; a switch is as it was."""
    control.keep("start")
    control.advance(86_400)
    later = control.now()
    control.people("hubspot", "switch", name="missing_ids_vanish", on=True)
    control.go_back("start")

    assert control.now() < later


def test_the_journal_and_the_faults_stay(control: Control) -> None:
    """They belong to whoever asks."""
    control.keep("start")
    control.queue_faults({"status": 500})
    control.go_back("start")

    assert 1 == len(control.faults())


def test_a_moment_outlives_a_reset(control: Control) -> None:
    """Another story may be told in between."""
    before = seen(control)
    control.keep("start")
    control.reset("empty")
    control.go_back("start")

    assert before == seen(control)


@pytest.mark.parametrize("body", [{"go_back": "nowhere"}, {"keep": 1}, {}])
def test_what_cannot_be_is_refused(control: Control, body: dict[str, Any]) -> None:
    """A name that was never kept, or none."""
    with pytest.raises(ControlRefused, match="go_back"):
        control._send("POST", "/_sandbox/moments", body)
