"""Google as one service on one port: tokens, Sheets, Drive.

Rule: every switch is named here; a switch stands for behaviour that is unverified or rare.

| switch                                  | default | meaning                                     |
|-----------------------------------------|---------|---------------------------------------------|
| google.read_quota, google.write_quota   | 60      | per minute and user; 0 is no limit          |
| google.drive_quota                      | 12000   | per minute and user; 0 is no limit          |
| google.strict_tokens                    | off     | only tokens issued here are accepted        |
| google.revoked                          | off     | the token endpoint answers invalid_grant    |
| google.not_shared                       | off     | files answer 403 (Sheets) and 404 (Drive)   |
| google.view_only                        | off     | files are shared for reading alone          |
| google.service_account_has_no_storage   | off     | files.create by a service account is 403    |
| google.comment_update_state             | on      | batchUpdate answers carry commentUpdateState|
| google.checkbox_fills_false             | on      | a BOOLEAN rule turns blank cells into FALSE |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outreach_sandbox.google import wire
from outreach_sandbox.google.operations import Endpoints
from outreach_sandbox.google.people import People
from outreach_sandbox.google.quota import Quota
from outreach_sandbox.google.store import Store
from outreach_sandbox.google.tokens import Tokens
from outreach_sandbox.kernel.service import Door, Exchange, Operation, not_built
from outreach_sandbox.kernel.wire import Reply

if TYPE_CHECKING:
    from outreach_sandbox.kernel.clock import Clock
    from outreach_sandbox.kernel.randomness import Seeded

SWITCHES = {
    "google.read_quota",
    "google.write_quota",
    "google.drive_quota",
    "google.strict_tokens",
    "google.revoked",
    "google.not_shared",
    "google.view_only",
    "google.service_account_has_no_storage",
    "google.comment_update_state",
    "google.checkbox_fills_false",
}
BAD_GATEWAY = (
    "<!DOCTYPE html>\n<html lang=en>\n<title>Error 502 (Server Error)!!1</title>\n"
    "<p><b>502.</b> <ins>That’s an error.</ins>\n<p>The server encountered a temporary error and "
    "could not complete your request.<p>Please try again in 30 seconds.\n</html>\n"
)
WORDS = {
    500: "Internal error encountered.",
    503: "The service is currently unavailable.",
    403: wire.FORBIDDEN,
    404: wire.MISSING,
    401: wire.NO_CREDENTIAL,
}


class GoogleService:
    """The vendor `google`."""

    vendor = "google"

    def __init__(self, clock: Clock, seeded: Seeded, switches: dict[str, Any]) -> None:
        self.store = Store(clock, seeded, switches)
        self.tokens = Tokens(clock, seeded, switches)
        self.quota = Quota(clock, switches)
        self._endpoints = Endpoints(self.store, self.tokens, self.quota)
        self._people = People(self.store)

    def operations(self) -> list[Operation]:
        """Every endpoint that is built."""
        return self._endpoints.operations()

    def reset(self, seed: dict[str, Any]) -> None:
        """Start again from the seed's spreadsheets; a name that is no switch is refused."""
        unknown = {n for n in self.store.switches if n.startswith("google.")} - SWITCHES
        if unknown:
            raise ValueError(f"no such switch: {', '.join(sorted(unknown))}")
        self.store.reset(seed)
        self.tokens.reset()
        self.quota.reset()

    def contents(self) -> list[dict[str, Any]]:
        """Spreadsheets, tokens and windows of quotas."""
        return [vars(part) for part in self.lasting()]

    def put_back(self, contents: list[dict[str, Any]]) -> None:
        """Fill the lasting parts with them."""
        for part, content in zip(self.lasting(), contents, strict=True):
            vars(part).update(content)

    def lasting(self) -> list[object]:
        """Endpoints and doors hold these."""
        return [self.store, self.tokens, self.quota]

    def people(self) -> dict[str, Door]:
        """What people and the outreach system do in the spreadsheet."""
        return self._people.doors() | self.tokens.doors()

    def not_built(self, exchange: Exchange) -> Reply:
        """501 for what Google may know and the sandbox does not."""
        return not_built(exchange)

    def failure(self, status: int, exchange: Exchange) -> Reply:
        """What a queued fault with only a status looks like at Google."""
        if status == 502:
            return Reply(502, BAD_GATEWAY, media_type="text/html; charset=UTF-8")
        if exchange.path == "/token":
            return Reply(status, {"error": "server_error", "error_description": "queued failure"})
        if exchange.path.startswith("/drive/"):
            reason = "userRateLimitExceeded" if status in (403, 429) else "backendError"
            return wire.drive_error(status, reason, WORDS.get(status, "Backend Error"))
        if status == 429:
            kind = "Read" if exchange.method == "GET" else "Write"
            return wire.quota_exceeded(kind, 60)
        return wire.sheets_error(status, WORDS.get(status, "Request failed."))
