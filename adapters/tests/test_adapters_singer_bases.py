"""The bases of our taps and targets: checkpoints, barriers, rejects, the watch and the loopback guard."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from singer_sdk import Stream
from singer_sdk import typing as th
from singer_sdk.singerlib.exceptions import InvalidInputLine

from outreach_adapters.environment import guard_base_url
from outreach_adapters.singer.messages import PrivateReader
from outreach_adapters.singer.parent import ParentWatch
from outreach_adapters.singer.sinks import PlainSink
from outreach_adapters.singer.tap import GatherTap
from outreach_adapters.singer.target import CheckpointTarget
from outreach_core.errors import ConfigError, Fatal, OutreachError, Retriable

WRITTEN: list[Any] = []


class NotingSink(PlainSink):
    """Notes its records when it drains, like a sink that calls an API."""

    def process_record(self, record: dict[str, Any], context: dict[str, Any]) -> None:
        """Note the record."""
        WRITTEN.append(record)


class NotingTarget(CheckpointTarget):
    """A target that knows one stream."""

    name = "target-noting"
    package_name = "outreach-adapters"
    sink_classes: ClassVar[Mapping[str, type[NotingSink]]] = {"known": NotingSink}


class Letters(Stream):
    """A stream that yields, or fails as its tap says."""

    name = "letters"
    primary_keys = ("id",)
    schema: ClassVar[dict[str, Any]] = th.PropertiesList(th.Property("id", th.StringType)).to_dict()

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:
        """Yield one record, then maybe fail."""
        yield {"id": "a"}
        if LetterTap.failure is not None:
            raise LetterTap.failure
        self._tap.bookmark("letters")["at"] = "now"


class Another(Letters):
    """A second stream; the SDK would sort it first."""

    name = "another"


class LetterTap(GatherTap):
    """A gather tap of two streams."""

    name = "tap-letters"
    package_name = "outreach-adapters"
    side = "hubspot"
    stream_order = ("letters", "another")
    failure: ClassVar[OutreachError | None] = None
    now = staticmethod(lambda: datetime(2026, 1, 5, tzinfo=UTC))

    def gather_streams(self) -> Sequence[Stream]:
        """Both streams."""
        return [Another(self), Letters(self)]


def schema(stream: str) -> dict[str, Any]:
    """A SCHEMA message."""
    return {"type": "SCHEMA", "stream": stream, "schema": {"properties": {}}, "key_properties": []}


def record(stream: str, number: int) -> dict[str, Any]:
    """A RECORD message."""
    return {"type": "RECORD", "stream": stream, "record": {"id": number}}


def feed(messages: list[dict[str, Any]], **config: str) -> list[dict[str, Any]]:
    """Feed messages to the target; return the states it emitted."""
    WRITTEN.clear()
    out = io.StringIO()
    with redirect_stdout(out):
        target = NotingTarget(config=config)
        target.listen(io.StringIO("\n".join(map(json.dumps, messages)) + "\n"))
    return [json.loads(line) for line in out.getvalue().splitlines()]


def tapped(state: dict[str, Any] | None = None, **config: str) -> list[dict[str, Any]]:
    """Run the tap; return its messages."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with redirect_stdout(out):
        LetterTap(config=config, state=state).sync_all()
    out.seek(0)
    return [json.loads(line) for line in out]


def test_every_state_is_handed_on_even_an_equal_one() -> None:
    """A STATE equal to the one before is a barrier too."""
    same = {"type": "STATE", "value": {"bookmarks": {"x": 1}}}

    emitted = feed([schema("known"), record("known", 1), same, record("known", 2), same])

    assert [same["value"]] * 3 == emitted  # two barriers and the end of the input
    assert [{"id": 1}, {"id": 2}] == WRITTEN


def test_unknown_stream_is_kept_and_fails(tmp_path: Path) -> None:
    """Records of a stream the target does not know are kept in a private file, and the run fails."""
    path = tmp_path / "rejected.jsonl"

    with pytest.raises(Fatal):
        feed(
            [schema("known"), record("known", 1), schema("x"), record("x", 2)],
            rejected_file=str(path),
        )

    (line,) = path.read_text().splitlines()
    kept = json.loads(line)
    assert ([{"id": 1}], "x", {"id": 2}) == (WRITTEN, kept["stream"], kept["record"])
    assert path.stat().st_mode & 0o777 == 0o600


def test_rejecting_without_a_place_is_refused() -> None:
    """`unknown_streams: reject` without a file would drop records, so it does not start."""
    with pytest.raises(ConfigError):
        feed([schema("x"), record("x", 2)], unknown_streams="reject")


def test_termination_drains_nothing() -> None:
    """A stopped target ends at once with the signal's code."""
    with pytest.raises(SystemExit) as stopped:
        NotingTarget(config={})._handle_termination(15, None)

    assert stopped.value.code == 143


def test_numbers_stay_what_they_are() -> None:
    """A whole number stays one, a float stays a float."""
    read = PrivateReader().deserialize_json('{"a": 1, "b": 1.0, "c": true}')

    assert [(int, 1), (float, 1.0), (bool, True)] == [(type(v), v) for v in read.values()]


@pytest.mark.parametrize("line", ["{secret", '"secret"', ""])
def test_bad_line_is_not_quoted(line: str) -> None:
    """An error about a line does not repeat what the line holds."""
    with pytest.raises(InvalidInputLine) as refused:
        PrivateReader().deserialize_json(line)

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("given", [None, {}, {"bookmarks": {"letters": {}, "gather": {"seq": 3}}}])
def test_first_state_is_the_one_given(given: dict[str, Any] | None) -> None:
    """The tap repeats the state it was started with, empty entries included."""
    first = tapped(given)[0]

    assert {"type": "STATE", "value": given or {}} == first


def test_last_state_counts_the_run() -> None:
    """A run that read everything has one more state, at its end, with its number and bookmarks."""
    messages = tapped({"bookmarks": {"gather": {"seq": 3}}})

    states = [m for m in messages if m["type"] == "STATE"]
    at = {"at": "now"}
    assert {"bookmarks": {"letters": at, "gather": {"seq": 4}}} == states[-1]["value"]
    assert (2, messages[-1]) == (len(states), states[-1])


def test_streams_keep_their_order_and_the_status_is_last() -> None:
    """The order is the tap's, not the alphabet's."""
    names = [m["stream"] for m in tapped() if m["type"] == "SCHEMA"]

    assert ["letters", "another", "side_status"] == names


@pytest.mark.parametrize(
    ("failure", "word"),
    [
        (Retriable("No answer.", code="down"), "unreachable"),
        (ConfigError("No token.", code="no_token"), "misconfigured"),
    ],
)
def test_unreachable_side_is_reported(
    monkeypatch: pytest.MonkeyPatch, failure: OutreachError, word: str
) -> None:
    """A side that cannot be read is a record of `side_status`, without a new state."""
    monkeypatch.setattr(LetterTap, "failure", failure)

    messages = tapped({}, on_unreachable="report")

    assert messages[-1]["record"]["state"] == word
    assert [{}] == [m["value"] for m in messages if m["type"] == "STATE"]
    with pytest.raises(type(failure)):
        tapped({}, on_unreachable="fail")


def test_watch_stops_when_the_parent_changed() -> None:
    """A process that was handed to another parent writes nothing more."""
    parents = iter([7, 7, 1])
    watch = ParentWatch(lambda: next(parents))
    watch.check()

    with pytest.raises(Fatal) as stopped:
        watch.check()

    assert stopped.value.code == "parent_gone"


@pytest.mark.parametrize(
    ("environment", "url", "used"),
    [
        ("sandbox", "http://127.0.0.1:8802", "http://127.0.0.1:8802"),
        ("sandbox", "http://127.0.0.1:8802/", "http://127.0.0.1:8802"),
        ("prod", None, "https://vendor.example.com"),
        ("prod", "https://other.example.com/", "https://other.example.com"),
        ("sandbox", None, None),
        ("sandbox", "", None),
        ("sandbox", "https://127.0.0.1:8802", None),
        ("sandbox", "http://localhost:8802", None),
        ("sandbox", "http://127.0.0.1:8802@example.com", None),
        ("sandbox", "http://127.0.0.1.example.com", None),
        ("sandbox", "https://vendor.example.com", None),
        ("staging", "http://127.0.0.1:8802", None),
    ],
)
def test_sandbox_stays_on_loopback(environment: str, url: str | None, used: str | None) -> None:
    """In the sandbox only this machine's loopback is a base URL."""
    try:
        got: str | None = guard_base_url(
            environment, url, "api_base_url", "https://vendor.example.com"
        )
    except ConfigError:
        got = None

    assert used == got
