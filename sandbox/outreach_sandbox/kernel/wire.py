"""What rule code returns: a reply as data.

Rule: vendor packages build `Reply` values and raise `Refused`; only the dispatcher knows HTTP.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any] | list[Any] | bytes | str | None


@dataclass(frozen=True)
class Reply:
    """One answer; dicts and lists travel as JSON, None as an empty body."""

    status: int = 200
    body: Body = None
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str | None = None

    def content(self) -> tuple[bytes, str | None]:
        """The bytes to send and their media type."""
        if self.body is None:
            return b"", self.media_type
        if isinstance(self.body, bytes):
            return self.body, self.media_type or "application/octet-stream"
        if isinstance(self.body, str):
            return self.body.encode(), self.media_type or "text/html; charset=utf-8"
        text = json.dumps(self.body, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "surrogatepass"), self.media_type or (
            "application/json; charset=utf-8"
        )


class Refused(Exception):
    """Rule code stops here and the caller gets this reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"refused with {reply.status}")
        self.reply = reply
