"""Emits what is to be delivered, and nothing that was delivered already.

The rule: the state given is ignored, the order of the streams is fixed here, and each ends with a STATE
of its own number. The SDK sorts by name and drops equal states; a barrier must come through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import Stream, Tap
from singer_sdk import typing as th
from singer_sdk.helpers.capabilities import PluginCapabilities, TapCapabilities
from singer_sdk.singerlib import StateMessage

from outreach_adapters.ledger import Ledger, open_ledger
from outreach_adapters.ledger.locks import writer_lock
from outreach_adapters.ledger.renderings import Wanted
from outreach_adapters.singer.composition import Surroundings
from outreach_adapters.singer.failures import plain_failures
from outreach_adapters.singer.messages import MsgSpecWriter
from outreach_adapters.singer.parent import ParentWatch
from outreach_adapters.singer.tap import SilentStateWriter
from outreach_core.errors import ConfigError
from outreach_core.model import Intent, IntentKind, Side

from .streams import KINDS, ORDER, STREAMS

if TYPE_CHECKING:
    from singer_sdk.helpers._state import StateWriter
    from singer_sdk.helpers.capabilities import CapabilitiesEnum


class TapOutreachLedger(Surroundings, Tap):
    """The ledger's extracting side."""

    name = "tap-outreach-ledger"
    package_name = "outreach-ledger"
    message_writer_class = MsgSpecWriter
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        TapCapabilities.CATALOG,
        TapCapabilities.STATE,
        TapCapabilities.DISCOVER,
        PluginCapabilities.ABOUT,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property(
            "ledger_url", th.StringType, secret=True, description="Database URL of the ledger."
        ),
        th.Property(
            "side",
            th.StringType,
            allowed_values=["sheet", "hubspot", "salesforce"],
            description="Whose intents are emitted; all unless set.",
        ),
        th.Property(
            "kind",
            th.StringType,
            allowed_values=["ids", "records", "cells", "rows"],
            description="Which intents are emitted; all unless set.",
        ),
        th.Property(
            "plan_max_age_seconds",
            th.IntegerType,
            default=3600,
            description="A plan older than this is refused.",
        ),
    ).to_dict()

    _own_states = False
    _ledger: Ledger | None = None
    _watch: ParentWatch | None = None
    _unclaimed: frozenset[str] | None = None

    def discover_streams(self) -> Sequence[Stream]:
        """Return the streams of the configured side and kind."""
        side, kind = self.config.get("side"), self.config.get("kind")
        return [
            stream(self)
            for stream in STREAMS
            if side in (None, str(stream.side)) and (kind is None or stream.kind in KINDS[kind])
        ]

    @property
    def streams(self) -> dict[str, Stream]:
        """The streams in the order of delivery."""
        found = super().streams
        return {name: found[name] for name in ORDER if name in found}

    @property
    def state_writer(self) -> StateWriter:
        """The SDK's streams write no STATE while the tap writes its barriers."""
        return SilentStateWriter(self.message_writer) if self._own_states else super().state_writer

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Ignore the state: what is open is in the ledger."""

    def sync_all(self) -> None:  # type: ignore[misc] # final in the SDK, which writes STATE its way
        """Emit each stream and its barrier, holding the writer lock."""
        self._own_states = True
        with writer_lock(self._url()):
            self._watch = ParentWatch()
            try:
                selected = [stream for stream in self.streams.values() if stream.selected]
                for number, stream in enumerate(selected, 1):
                    stream.sync()
                    self.write_message(StateMessage(value={"bookmarks": {}, "barrier": number}))
            finally:
                self._close()

    def _url(self) -> str:
        url: str | None = self.config.get("ledger_url")
        if not url:
            raise ConfigError(
                "There is no ledger to read from.",
                code="no_ledger",
                remedy="Set `ledger_url`.",
                setting="ledger_url",
            )
        return url

    def _close(self) -> None:
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None

    # -- for the streams ------------------------------------------------------------------------

    @property
    def ledger(self) -> Ledger:
        """The ledger, opened by the first stream that reads."""
        if self._ledger is None:
            self._ledger = open_ledger(self._url(), now=self.now, new_id=self.new_id)
        return self._ledger

    def page(
        self, side: Side, kind: IntentKind, after: int, limit: int, objects: Sequence[str] = ()
    ) -> list[Intent]:
        """Return the next open intents.

        Raises:
            Fatal: The plan is too old or another ledger's, or our parent has ended.
        """
        if self._watch is not None:
            self._watch.check()
        max_age = self.config["plan_max_age_seconds"]
        return self.ledger.deliveries.open_intents(side, kind, after, limit, max_age, objects)

    def unclaimed(self, side: Side) -> frozenset[str]:
        """Return the linked records that carry no row id yet."""
        if self._unclaimed is None:
            self._unclaimed = self.ledger.deliveries.unclaimed(side)
        return self._unclaimed

    def dirty_renderings(self) -> dict[str, Wanted]:
        """Return, by row id, what our own columns should show and do not."""
        return self.ledger.deliveries.dirty_renderings()

    @classmethod
    def invoke(cls, **kwargs: Any) -> None:
        """Run from the command line; our own errors end as one sentence."""
        with plain_failures(cls.logger):
            super().invoke(**kwargs)

    def _handle_termination(self, signum: int, frame: Any) -> None:
        """Stop at once: what was not acknowledged stays open."""
        raise SystemExit(128 + signum)
