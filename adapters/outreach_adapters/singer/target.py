"""The base of our targets: what was acknowledged is durable, and nothing else is.

The rule: everything before a STATE is drained before that STATE is handed on, equal or not, so that a
STATE is a checkpoint and a barrier. The SDK alone would hand on one STATE at the end, drain eight sinks
at once, and on SIGTERM acknowledge what it had not written (https://github.com/meltano/sdk/issues/3775).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any, ClassVar

from singer_sdk import Target
from singer_sdk import typing as th
from singer_sdk.helpers.capabilities import PluginCapabilities

from outreach_adapters.ledger import Ledger, open_ledger
from outreach_adapters.ledger.locks import WriterLock, writer_lock
from outreach_adapters.singer.composition import Surroundings
from outreach_adapters.singer.failures import plain_failures
from outreach_adapters.singer.messages import PrivateReader
from outreach_adapters.singer.parent import ParentWatch
from outreach_adapters.singer.rejected import RejectedBucket, RejectedSink
from outreach_adapters.singer.settings import ENVIRONMENT
from outreach_core.errors import ConfigError, Fatal

if TYPE_CHECKING:
    from singer_sdk.helpers.capabilities import CapabilitiesEnum
    from singer_sdk.sinks import Sink

LEDGER_URL = th.Property(
    "ledger_url",
    th.StringType,
    secret=True,
    description="Database URL of the ledger that planned records are acknowledged to.",
)
UNKNOWN_STREAMS = th.Property(
    "unknown_streams",
    th.StringType,
    allowed_values=["fail", "reject"],
    default="fail",
    description="What to do with a stream the target does not know.",
)
REJECTED_FILE = th.Property(
    "rejected_file",
    th.StringType,
    description="File (JSON Lines, private to its owner) to which rejected records go.",
)
TARGET_SETTINGS = (LEDGER_URL, ENVIRONMENT, UNKNOWN_STREAMS, REJECTED_FILE)


class CheckpointTarget(Surroundings, Target):
    """A target that drains on every STATE and knows its streams.

    Attributes:
        sink_classes: The sinks of the streams it knows. Any other stream's records are rejected.
    """

    sink_classes: ClassVar[Mapping[str, type[Sink]]] = {}
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(*TARGET_SETTINGS).to_dict()
    message_reader_class = PrivateReader
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        PluginCapabilities.ABOUT,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]

    def __init__(self, **kwargs: Any) -> None:
        """Prepare; the ledger is opened by the first message, not here."""
        super().__init__(**kwargs)
        self.max_parallelism = 1
        self._entered = False
        self._ledger: Ledger | None = None
        self._lock: WriterLock | None = None
        self._watch: ParentWatch | None = None
        self._unknown: set[str] = set()
        self.rejected = RejectedBucket(self.config.get("rejected_file"))

    @property
    def ledger(self) -> Ledger | None:
        """The ledger, or ``None`` if the target works alone. Open from the first message on."""
        return self._ledger

    @property
    def parent_watch(self) -> ParentWatch:
        """Ask it before every API batch."""
        if self._watch is None:
            self._watch = ParentWatch()
        return self._watch

    def get_sink_class(self, stream_name: str) -> type[Sink]:
        """Return the stream's sink, or the one that rejects."""
        return self.sink_classes.get(stream_name, RejectedSink)

    def reject(self, stream: str, record: Mapping[str, Any], reason: Mapping[str, Any]) -> None:
        """Keep a record of a known stream that cannot be written; the run goes on."""
        self.rejected.add(stream, record, reason)

    def reject_unknown(self, stream: str, record: Mapping[str, Any]) -> None:
        """Keep a record of a stream the target does not know; whether that fails is a setting."""
        self._unknown.add(stream)
        self.rejected.add(stream, record, {"code": "unknown_stream"})

    # -- life ---------------------------------------------------------------------------------

    def enter(self) -> None:
        """Take the writer lock and open the ledger, once.

        Raises:
            ConfigError: A setting is missing, or the ledger cannot be used.
        """
        if self._entered:
            return
        self._entered = True
        if self.config.get("unknown_streams") == "reject" and not self.rejected.kept:
            raise ConfigError(
                "Rejected records have nowhere to go.",
                code="no_rejected_file",
                remedy="Set `rejected_file`, or `unknown_streams` to `fail`.",
            )
        self.parent_watch.check()
        url = self.config.get("ledger_url")
        if url:
            self._lock = writer_lock(url)
            self._ledger = open_ledger(url, now=self.now, new_id=self.new_id)

    def leave(self) -> None:
        """Close the ledger and let the writer lock go."""
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def listen(self, file_input: IO[str] | None = None) -> None:  # type: ignore[misc] # final in the SDK
        """Read until the end of the input."""
        try:
            self.enter()
            super().listen(file_input)
        finally:
            self.leave()

    @classmethod
    def invoke(cls, **kwargs: Any) -> None:
        """Run from the command line; our own errors end as one sentence."""
        with plain_failures(cls.logger):
            super().invoke(**kwargs)

    # -- messages -----------------------------------------------------------------------------

    def _process_schema_message(self, message_dict: dict[str, Any]) -> None:
        self.enter()
        super()._process_schema_message(message_dict)

    def _process_state_message(self, message_dict: dict[str, Any]) -> None:
        self.enter()
        super()._process_state_message(message_dict)
        self.drain_all()

    def process_endofpipe(self) -> None:
        """Drain what is left, then judge the rejected records.

        Raises:
            Fatal: ``unknown_streams``; records came that nothing here can write.
        """
        super().process_endofpipe()
        if self.rejected.counts:
            self.logger.warning("Rejected records: %s", dict(self.rejected.counts))
        if self._unknown and self.config.get("unknown_streams", "fail") != "reject":
            raise Fatal(
                f"This target does not know the streams {', '.join(sorted(self._unknown))}.",
                code="unknown_streams",
                remedy="Deselect them in the tap, or set `unknown_streams` to `reject`.",
                counts=dict(self.rejected.counts),
            )

    def _handle_termination(self, signum: int, frame: Any) -> None:
        """Stop without draining: only what was checkpointed counts."""
        raise SystemExit(128 + signum)
