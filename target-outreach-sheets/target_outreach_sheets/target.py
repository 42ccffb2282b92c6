"""The target that writes single cells of the outreach tab.

The rule: it never appends, inserts, deletes or moves anything in that tab.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from outreach_adapters.sheets.client import client_from
from outreach_adapters.singer.target import CheckpointTarget
from outreach_core.errors import Fatal
from outreach_core.mapping import SideRules, load_rules
from target_outreach_sheets.settings import SETTINGS
from target_outreach_sheets.sinks import CellsSink, NewRowsSink, RowIdSink, ScreensSink
from target_outreach_sheets.tab import Tab

if TYPE_CHECKING:
    from singer_sdk.sinks import Sink


class TargetOutreachSheets(CheckpointTarget):
    """Loads cells into an outreach spreadsheet."""

    name = "target-outreach-sheets"
    package_name = "target-outreach-sheets"
    config_jsonschema: ClassVar[dict[str, Any]] = SETTINGS
    sink_classes: ClassVar[Mapping[str, type[Sink]]] = {
        "row_ids": RowIdSink,
        "rows": NewRowsSink,
        "cells": CellsSink,
        "businesses": CellsSink,
        "screens": ScreensSink,
    }

    stopped = False  # a write hit another row: nothing more is written in this run
    rules: SideRules | None = None
    _tab: Tab | None = None

    @property
    def sheet(self) -> Tab:
        """The outreach tab; there from ``enter`` on."""
        assert self._tab is not None  # noqa: S101 - messages come after ``enter``
        return self._tab

    def enter(self) -> None:
        """Open what a run needs, once; makes no call."""
        super().enter()
        if self._tab is None:
            path = self.config.get("rules_file")
            self.rules = load_rules(path) if path else None
            here = type(self)
            client = client_from(self.config, sleep=here.sleep, rng=here.rng)
            self._tab = Tab(client, self.parent_watch.check)

    def process_endofpipe(self) -> None:
        """Drain, then fail if a write had to be put right.

        Raises:
            Fatal: ``wrong_row``.
        """
        super().process_endofpipe()
        if self.stopped:
            raise Fatal(
                "Rows moved while cells were written; what hit another row was put back.",
                code="wrong_row",
                remedy="Run again; it plans from what the sheet shows now.",
            )
