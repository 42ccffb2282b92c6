"""Reads and writes Singer lines fast, and without repeating a person's data in an error.

The rule: a number stays what JSON calls it (``1`` is not ``1.0``), because change is judged on the raw
value and its type; the SDK's readers would make decimals of floats.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import IO, Any

import msgspec
from singer_sdk.contrib.msgspec import MsgSpecReader, MsgSpecWriter
from singer_sdk.singerlib.exceptions import InvalidInputLine

_DECODER = msgspec.json.Decoder()


class PrivateReader(MsgSpecReader):
    """Decodes lines without decimals; a bad line is described, never quoted."""

    def process_lines(
        self, file_input: IO[str] | None, callbacks: dict[str, Callable[[dict[str, Any]], None]]
    ) -> Any:
        """Read from the input, else from the standard input as it is now (not as at import)."""
        return super().process_lines(file_input or sys.stdin, callbacks)

    def deserialize_json(self, line: str) -> dict[str, Any]:
        """Return the message of one line.

        Raises:
            InvalidInputLine: The line is no JSON object; says its length only.
        """
        try:
            message = _DECODER.decode(line)
        except msgspec.DecodeError:
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


__all__ = ["MsgSpecWriter", "PrivateReader"]
