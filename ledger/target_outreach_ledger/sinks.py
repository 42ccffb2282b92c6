"""One sink per stream; each only adds to the target's batch.

The rule: nothing is written here. The batch is committed with the STATE that follows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from singer_sdk.sinks import Sink

from outreach_adapters.singer.sinks import PlainSink

from . import records

if TYPE_CHECKING:
    from .target import TargetOutreachLedger


class StagingSink(PlainSink):
    """Converts a record and adds it to the batch; what cannot be converted is rejected."""

    @staticmethod
    def convert(record: records.Record) -> Any:
        """Return what the record says."""
        raise NotImplementedError

    def __init__(self, target: TargetOutreachLedger, *args: Any, **kwargs: Any) -> None:
        """Keep the target: it holds the batch."""
        super().__init__(target, *args, **kwargs)
        self._target = target

    def process_record(self, record: dict[str, Any], context: dict[str, Any]) -> None:
        """Add the record to the batch."""
        try:
            found = type(self).convert(record)
        except (KeyError, TypeError, ValueError) as error:
            reason = {"code": "unreadable_record", "cause": type(error).__name__}
            self._target.reject(self.stream_name, record, reason)
            return
        self._target.batch.add(self.stream_name, found)


class BusinessesSink(StagingSink):
    """Rows of the sheet."""

    convert = staticmethod(records.sheet_row)


class SentEmailsSink(StagingSink):
    """What rows show of e-mails."""

    convert = staticmethod(records.sent_email)


class RepliesSink(StagingSink):
    """What rows show of answers."""

    convert = staticmethod(records.reply)


class DecisionsSink(StagingSink):
    """What people decided in the sheet."""

    @staticmethod
    def convert(record: records.Record) -> Any:
        """Return what was filled into a tab of ours; a ticked pause as it came."""
        return records.decision(record) if record.get("screen") else dict(record)


class ScreensShownSink(StagingSink):
    """What our tabs show."""

    convert = staticmethod(records.shown_screen)


class SheetSnapshotsSink(StagingSink):
    """The end mark of a complete read."""

    convert = staticmethod(records.snapshot)


class ContactsSink(StagingSink):
    """CRM records."""

    convert = staticmethod(records.crm_record)


class UnstagedSink(PlainSink):
    """What a CRM's tap reads for others: opportunities belong to the sales team."""

    def process_record(self, record: dict[str, Any], context: dict[str, Any]) -> None:
        """Leave it."""


class LookupsSink(StagingSink):
    """Answers about particular records."""

    convert = staticmethod(records.lookup)


class CrmSnapshotsSink(StagingSink):
    """What a CRM counts."""

    convert = staticmethod(records.count)


class ImportsSink(StagingSink):
    """Whom an import is about."""

    convert = staticmethod(records.import_people)


class ImportTabsSink(StagingSink):
    """The tab an import goes into."""

    convert = staticmethod(records.import_tab)


class SideStatusSink(StagingSink):
    """Whether a side could be read."""

    convert = staticmethod(records.status)


SINKS: Mapping[str, type[Sink]] = {
    "businesses": BusinessesSink,
    "sent_emails": SentEmailsSink,
    "replies": RepliesSink,
    "decisions": DecisionsSink,
    "screens_shown": ScreensShownSink,
    "sheet_snapshots": SheetSnapshotsSink,
    "contacts": ContactsSink,
    "leads": ContactsSink,
    "opportunities": UnstagedSink,
    "lookups": LookupsSink,
    "crm_snapshots": CrmSnapshotsSink,
    "imports": ImportsSink,
    "import_tabs": ImportTabsSink,
    "side_status": SideStatusSink,
}
