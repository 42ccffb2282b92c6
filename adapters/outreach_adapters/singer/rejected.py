"""Where records go that a target cannot write: a private file, and a count.

The rule: a record is appended before it is counted, and the file is its owner's alone from the start.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from outreach_adapters.singer.sinks import PlainSink

if TYPE_CHECKING:
    from outreach_adapters.singer.target import CheckpointTarget


class RejectedBucket:
    """Appends rejected records to a JSON Lines file of mode 0600, if there is one, and counts."""

    def __init__(self, path: str | None) -> None:
        """Remember the file; it is made with the first record."""
        self._path = Path(path) if path else None
        self.counts: Counter[str] = Counter()

    @property
    def kept(self) -> bool:
        """Whether records are kept, not only counted."""
        return self._path is not None

    def add(self, stream: str, record: Mapping[str, Any], reason: Mapping[str, Any]) -> None:
        """Append one record with the reason for its rejection."""
        if self._path is not None:
            line = {"stream": stream, "reason": dict(reason), "record": dict(record)}
            text = json.dumps(line, ensure_ascii=False, default=str) + "\n"
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "a", encoding="utf-8") as file:
                file.write(text)
        self.counts[stream] += 1


class RejectedSink(PlainSink):
    """Takes the streams a target does not know."""

    def process_record(self, record: dict[str, Any], context: dict[str, Any]) -> None:
        """Reject the record."""
        target: CheckpointTarget = self._target
        target.reject_unknown(self.stream_name, record)

    def __init__(self, target: CheckpointTarget, *args: Any, **kwargs: Any) -> None:
        """Keep the target: it holds the bucket."""
        super().__init__(target, *args, **kwargs)
        self._target = target
