"""Stages what each side shows, together with the bookmark of the tap that read it.

The rule: the first STATE is only compared with the ledger, every later one is committed with what came
before it. A pipe that ends without one commits nothing but the tap's word that it could not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import typing as th

from outreach_adapters.ledger import Ledger
from outreach_adapters.singer.target import (
    LEDGER_URL,
    REJECTED_FILE,
    UNKNOWN_STREAMS,
    CheckpointTarget,
)
from outreach_core.errors import ConfigError, ResyncRequired
from outreach_core.model import Side, SideState, SideStatus

from .batch import GatheredBatch
from .lookups_file import write_lookups
from .sinks import SINKS

if TYPE_CHECKING:
    from singer_sdk.sinks import Sink


class TargetOutreachLedger(CheckpointTarget):
    """The ledger's loading side."""

    name = "target-outreach-ledger"
    package_name = "outreach-ledger"
    sink_classes: ClassVar[Mapping[str, type[Sink]]] = SINKS
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(
        LEDGER_URL,
        th.Property(
            "lookups_file",
            th.StringType,
            description="File in which the ledger asks the CRM taps for particular records.",
        ),
        UNKNOWN_STREAMS,
        REJECTED_FILE,
    ).to_dict()

    def __init__(self, **kwargs: Any) -> None:
        """Prepare an empty batch."""
        super().__init__(**kwargs)
        self.batch = GatheredBatch()
        self._declared: set[str] = set()
        self._given: dict[str, Any] | None = None
        self._checked = False

    @property
    def store(self) -> Ledger:
        """The ledger, which this target cannot do without.

        Raises:
            ConfigError: ``ledger_url`` is not set.
        """
        if self.ledger is None:
            raise ConfigError(
                "There is no ledger to stage into.",
                code="no_ledger",
                remedy="Set `ledger_url`.",
                setting="ledger_url",
            )
        return self.ledger

    def _process_schema_message(self, message_dict: dict[str, Any]) -> None:
        super()._process_schema_message(message_dict)
        self._declared.add(message_dict["stream"])

    def _process_state_message(self, message_dict: dict[str, Any]) -> None:
        self.enter()
        state = message_dict.get("value") or {}
        if self._given is None and self.batch.empty:
            self._given = state
        else:
            self._commit(state)
        super()._process_state_message(message_dict)

    def process_endofpipe(self) -> None:
        """Commit a tap's word that it could not read, and ask for what is wanted next."""
        self.enter()
        if self.batch.unreachable:
            self._commit(None)
        super().process_endofpipe()
        path = self.config.get("lookups_file")
        if path:
            write_lookups(Path(path), self.store.staging.lookups_wanted())

    def _commit(self, state: dict[str, Any] | None) -> None:
        """Stage the batch with its bookmark."""
        self.parent_watch.check()
        source = self.batch.source(self._declared)
        self._check(source)
        unreachable = self.batch.unreachable
        if not unreachable:
            # taken in before the bookmark moves: what is read again is not taken in twice
            self.store.answers.take(self.batch.decisions)
        staged = self.store.staging.commit(
            source, self.batch.staged(), None if unreachable else state
        )
        self.logger.info(
            "Staged %d rows, %d records and %d answers; %d records are nobody's here.",
            staged.rows,
            staged.records,
            staged.lookups,
            staged.excluded,
        )
        self.batch = GatheredBatch()

    def _check(self, source: str) -> None:
        if self._checked:
            return
        try:
            self.store.staging.check_bookmark(source, self._given)
        except ResyncRequired as error:
            side = Side(source.removesuffix("-lookups")) if source != "unknown" else Side.SHEET
            word = SideStatus(side, SideState.MISCONFIGURED, error.code, str(error))
            self.store.staging.report(word)
            raise
        self._checked = True
