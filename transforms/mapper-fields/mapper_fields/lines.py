"""Reads Singer lines: a number stays what JSON calls it, and an error never quotes a line.

The rule: change is judged on the raw value and its type, so ``1`` may not become ``1.0`` on its way.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from typing import IO, Any

from singer_sdk.singerlib.encoding import SimpleSingerReader
from singer_sdk.singerlib.exceptions import InvalidInputLine

Callbacks = dict[Any, Callable[[dict[str, Any]], None]]


class LineReader(SimpleSingerReader):
    """The SDK's reader without decimals and without people's data in its errors."""

    def process_lines(self, file_input: IO[str] | None, callbacks: Any) -> Counter[str]:
        """Read from the input, else from the standard input as it is now (not as at import)."""
        return super().process_lines(file_input or sys.stdin, callbacks)

    def deserialize_json(self, line: str) -> dict[str, Any]:
        """Return the message of one line.

        Raises:
            InvalidInputLine: The line is no JSON object; says its length only.
        """
        try:
            message = json.loads(line)
        except ValueError:
            message = None
        if not isinstance(message, dict):
            text = f"A line of {len(line)} characters is not a Singer message."
            raise InvalidInputLine(text) from None
        return message

    @staticmethod
    def assert_line_requires(line_dict: dict[str, Any], requires: set[str]) -> None:
        """Check that keys are there.

        Raises:
            InvalidInputLine: One is missing; names the key, never the line.
        """
        missing = sorted(requires - set(line_dict))
        if missing:
            raise InvalidInputLine(f"A Singer message lacks {', '.join(missing)}.")
