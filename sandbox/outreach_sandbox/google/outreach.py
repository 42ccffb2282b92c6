"""What the outreach system does to its tab: append, send, fail, note a reply.

Rule: it addresses rows by number and columns by letter, and clears what it does not mean to,
because that is what the real one does.

| # | it does        | it writes                                                          |
|---|----------------|--------------------------------------------------------------------|
| 1 | finds business | `values.append` over A2:N, RAW                                     |
| 2 | sends          | J:L = Sent, (cleared), time                                        |
| 3 | cannot send    | I = a failure message over the person's notes                      |
| 4 | sees a reply   | J:N = Replied, (cleared), (cleared), time, text                    |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from outreach_sandbox.google import values
from outreach_sandbox.google.a1 import quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from outreach_sandbox.google.grid import Sheet
    from outreach_sandbox.google.store import Book, Store
    from outreach_sandbox.kernel.service import Door

SYSTEM = "outreach-system@example.com"
FAILED = "❌ Send failed - check email address"
RAW = {"valueInputOption": "RAW"}
LAYOUT = (
    "Business Name",
    "Location",
    "Email",
    "Phone",
    "Website",
    "Contact Person",
    "Generated Subject",
    "Generated Body",
    "Your Notes",
    "Status",
    "Date Approved",
    "Date Sent",
    "Last Response",
    "Response Details",
)
Body = dict[str, Any]


class Outreach:
    """The outreach system's hands."""

    def __init__(self, store: Store, place: Callable[[Body], tuple[Book, Sheet]]) -> None:
        self.store = store
        self._place = place

    def doors(self) -> dict[str, Door]:
        """Every door by name."""
        return {
            "outreach_append": self.append,
            "outreach_send": self.send,
            "outreach_send_failed": self.send_failed,
            "outreach_reply": self.reply,
        }

    def append(self, body: Body) -> Body:
        """Case 1: {rows} are lists in A..N order, or objects by header."""
        book, sheet = self._place(body)
        rows = [_as_list(row) for row in body["rows"]]
        text = f"{quoted(sheet.title)}!A2:N"
        return values.append(self.store, book, text, {"values": rows}, RAW, SYSTEM)

    def send(self, body: Body) -> Body:
        """Case 2: {row} was sent {at}, now unless said."""
        return self._write(body, "J", "L", ["Sent", "", self._at(body)])

    def send_failed(self, body: Body) -> Body:
        """Case 3: {row} could not be sent."""
        return self._write(body, "I", "I", [FAILED])

    def reply(self, body: Body) -> Body:
        """Case 4: {row} was answered {at} with {text}."""
        line = ["Replied", "", "", self._at(body), body.get("text", "Thanks for writing!")]
        return self._write(body, "J", "N", line)

    def _at(self, body: Body) -> str:
        """Local wall time without a zone, in the spreadsheet's zone unless given."""
        if body.get("at"):
            return str(body["at"])
        book, _ = self._place(body)
        local = self.store.clock.now().astimezone(ZoneInfo(book.time_zone))
        return local.strftime("%Y-%m-%d %H:%M:%S")

    def _write(self, body: Body, first: str, last: str, line: list[Any]) -> Body:
        book, sheet = self._place(body)
        row = int(body["row"])
        text = f"{quoted(sheet.title)}!{first}{row}:{last}{row}"
        return values.update(self.store, book, text, {"values": [line]}, RAW, SYSTEM)


def _as_list(row: Any) -> list[Any]:
    if isinstance(row, dict):
        unknown = set(row) - set(LAYOUT)
        if unknown:
            raise ValueError(f"no such column: {', '.join(sorted(unknown))}")
        return ["Draft" if h == "Status" and h not in row else row.get(h, "") for h in LAYOUT]
    return list(row)
