"""The base of our gather taps: one STATE at the start, one at the end, and an honest word in between.

The rule: the first STATE is the one the tap was given, even an empty one, and the last is written only
after every stream succeeded. The ledger compares the first with what it committed; the SDK would drop
empty entries and write intermediate ones.
"""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import Stream, Tap
from singer_sdk import typing as th
from singer_sdk.helpers._state import StateWriter
from singer_sdk.helpers.capabilities import PluginCapabilities, TapCapabilities
from singer_sdk.singerlib import StateMessage

from outreach_adapters.singer.composition import Surroundings
from outreach_adapters.singer.failures import plain_failures
from outreach_adapters.singer.messages import MsgSpecWriter
from outreach_adapters.singer.settings import ENVIRONMENT
from outreach_core.errors import ConfigError, OutreachError, Retriable

if TYPE_CHECKING:
    from singer_sdk.helpers.capabilities import CapabilitiesEnum

SIDE_STATUS = "side_status"
GATHER = "gather"

ON_UNREACHABLE = th.Property(
    "on_unreachable",
    th.StringType,
    allowed_values=["fail", "report"],
    default="fail",
    description="`report`: say so in `side_status` and end normally; `fail`: exit with an error.",
)
TAP_SETTINGS = (ENVIRONMENT, ON_UNREACHABLE)


class SilentStateWriter(StateWriter):
    """Keeps the SDK's streams from writing STATE; the tap writes its own."""

    def write_state(self, state: Mapping[str, Any]) -> None:
        """Write nothing."""


class SideStatusStream(Stream):
    """One record: whether this side could be read."""

    name = SIDE_STATUS
    primary_keys = ("side",)
    schema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property("side", th.StringType, required=True),
        th.Property("state", th.StringType, required=True),
        th.Property("code", th.StringType),
        th.Property("message", th.StringType),
        th.Property("at", th.DateTimeType, required=True),
    ).to_dict()

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:
        """Yield the status the tap has come to."""
        tap = self._tap
        assert isinstance(tap, GatherTap)  # noqa: S101 - only a GatherTap makes this stream
        yield tap.status_record()


class GatherTap(Surroundings, Tap):
    """A tap whose streams are read in a fixed order, all or not at all.

    Subclasses set ``side`` and ``stream_order`` and implement ``gather_streams``. A stream writes its
    own bookmark into ``self.tap.bookmark(name)``; it is kept only if all streams succeed.
    """

    side: ClassVar[str]
    stream_order: ClassVar[tuple[str, ...]] = ()
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(*TAP_SETTINGS).to_dict()
    message_writer_class = MsgSpecWriter
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        TapCapabilities.CATALOG,
        TapCapabilities.STATE,
        TapCapabilities.DISCOVER,
        PluginCapabilities.ABOUT,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]

    _own_states = False
    _given: dict[str, Any] | None = None
    _failure: OutreachError | None = None

    @abstractmethod
    def gather_streams(self) -> Sequence[Stream]:
        """Return the tap's own streams."""

    def discover_streams(self) -> Sequence[Stream]:
        """Return the tap's own streams and the one that says whether the side could be read."""
        return [*self.gather_streams(), SideStatusStream(self)]

    @property
    def streams(self) -> dict[str, Stream]:
        """The streams in the tap's order; the status is last."""
        found = super().streams
        names = [n for n in self.stream_order if n in found and n != SIDE_STATUS]
        names += [n for n in found if n not in names and n != SIDE_STATUS]
        return {name: found[name] for name in (*names, SIDE_STATUS) if name in found}

    @property
    def state_writer(self) -> StateWriter:
        """The SDK's streams write no STATE while the tap writes its own."""
        return SilentStateWriter(self.message_writer) if self._own_states else super().state_writer

    def load_state(self, state: dict[str, Any]) -> None:
        """Keep the state as it was given, empty entries included."""
        self._given = copy.deepcopy(state)
        super().load_state(state)

    @property
    def given_state(self) -> dict[str, Any]:
        """The state the tap was started with."""
        return copy.deepcopy(self._given or {})

    def bookmark(self, name: str) -> dict[str, Any]:
        """Return a stream's bookmark, to be read and changed in place."""
        bookmarks: dict[str, Any] = self.state.setdefault("bookmarks", {})
        found: dict[str, Any] = bookmarks.setdefault(name, {})
        return found

    def status_record(self) -> dict[str, Any]:
        """Return the record of ``side_status``; no personal data, only our own words."""
        failure = self._failure
        state = "ok"
        if failure is not None:
            state = "misconfigured" if isinstance(failure, ConfigError) else "unreachable"
        return {
            "side": str(self.side),
            "state": state,
            "code": failure.code if failure else "",
            "message": str(failure) if failure else "",
            "at": self.now().isoformat(),
        }

    def sync_all(self) -> None:  # type: ignore[misc] # final in the SDK, which writes STATE its way
        """Write the given state, the records, and the new state if everything was read."""
        self._own_states = True
        self.write_message(StateMessage(value=self.given_state))
        selected = [stream for stream in self.streams.values() if stream.selected]
        try:
            for stream in selected:
                if stream.name != SIDE_STATUS:
                    stream.sync()
        except (ConfigError, Retriable) as error:
            if self.config.get("on_unreachable") != "report":
                raise
            self._failure = error
        for stream in selected:
            if stream.name == SIDE_STATUS:
                stream.sync()
        if self._failure is None:
            for stream in selected:
                stream.finalize_state_progress_markers()
            self.write_message(StateMessage(value=self._final_state()))

    def _final_state(self) -> dict[str, Any]:
        bookmarks = {n: dict(b) for n, b in self.state.get("bookmarks", {}).items() if b}
        seq = int(bookmarks.get(GATHER, {}).get("seq", 0))
        bookmarks[GATHER] = {**bookmarks.get(GATHER, {}), "seq": seq + 1}
        return {"bookmarks": bookmarks}

    @classmethod
    def invoke(cls, **kwargs: Any) -> None:
        """Run from the command line; our own errors end as one sentence."""
        with plain_failures(cls.logger):
            super().invoke(**kwargs)

    def _handle_termination(self, signum: int, frame: Any) -> None:
        """Stop without a STATE: what was not read to its end is read again."""
        raise SystemExit(128 + signum)
