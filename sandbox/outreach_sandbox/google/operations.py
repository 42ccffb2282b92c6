"""Every endpoint that is built, each a thin step from request to rule.

Rule: an endpoint authorises, spends quota, then calls one rule function.
https://developers.google.com/workspace/sheets/api/reference/rest
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from outreach_sandbox.google import (
    batch,
    cell_requests,
    drive,
    masks,
    metadata,
    range_requests,
    resources,
    sheet_requests,
    values,
    wire,
)
from outreach_sandbox.google.store import Book, Store
from outreach_sandbox.kernel.service import Exchange, NotJson, Operation
from outreach_sandbox.kernel.wire import Reply

if TYPE_CHECKING:
    from outreach_sandbox.google.quota import Kind, Quota
    from outreach_sandbox.google.tokens import Tokens

Rule = Callable[[Exchange, Book, str], dict[str, Any]]
REQUESTS = {**sheet_requests.HANDLERS, **cell_requests.HANDLERS, **range_requests.HANDLERS}
BOOK = "/v4/spreadsheets/{id}"


class Endpoints:
    """The rule functions with what they need."""

    def __init__(self, store: Store, tokens: Tokens, quota: Quota) -> None:
        self.store = store
        self.tokens = tokens
        self.quota = quota

    def operations(self) -> list[Operation]:
        """Every endpoint; more specific paths come first."""
        return [
            Operation("oauth2.token", "POST", "/token", self.tokens.exchange, kind="token"),
            *self._value_operations(),
            *self._spreadsheet_operations(),
            *self._file_operations(),
        ]

    def _value_operations(self) -> list[Operation]:
        one, head = f"{BOOK}/values/{{range:path}}", "sheets.spreadsheets.values"
        read, write = self._on_book("Read"), self._on_book("Write")
        return [
            Operation(f"{head}.batchGet", "GET", f"{BOOK}/values:batchGet", read(self._batch_get)),
            Operation(
                f"{head}.batchUpdate", "POST", f"{BOOK}/values:batchUpdate", write(self._values)
            ),
            Operation(
                f"{head}.batchClear", "POST", f"{BOOK}/values:batchClear", write(self._clears)
            ),
            Operation(f"{head}.append", "POST", f"{one}:append", write(self._append)),
            Operation(f"{head}.clear", "POST", f"{one}:clear", write(self._clear)),
            Operation(f"{head}.get", "GET", one, read(self._get)),
            Operation(f"{head}.update", "PUT", one, write(self._update)),
        ]

    def _spreadsheet_operations(self) -> list[Operation]:
        head = "sheets.spreadsheets"
        read, write = self._on_book("Read"), self._on_book("Write")
        search, one = f"{BOOK}/developerMetadata:search", f"{BOOK}/developerMetadata/{{metadata}}"
        return [
            Operation(f"{head}.create", "POST", "/v4/spreadsheets", self.create),
            Operation(f"{head}.batchUpdate", "POST", f"{BOOK}:batchUpdate", write(self._batch)),
            Operation(f"{head}.developerMetadata.search", "POST", search, read(self._search)),
            Operation(f"{head}.developerMetadata.get", "GET", one, read(self._metadata)),
            Operation(f"{head}.get", "GET", BOOK, read(self._spreadsheet)),
        ]

    def _file_operations(self) -> list[Operation]:
        one = "/drive/v3/files/{id}"
        return [
            Operation("drive.files.list", "GET", "/drive/v3/files", self.files),
            Operation("drive.files.create", "POST", "/drive/v3/files", self.create_file),
            Operation("drive.files.get", "GET", one, self.file),
            Operation("drive.files.update", "PATCH", one, self.update_file),
            Operation("drive.files.delete", "DELETE", one, self.delete_file),
        ]

    # -- authorising -----------------------------------------------------------------------

    def _on_book(self, kind: Kind) -> Callable[[Rule], Callable[[Exchange], Reply]]:
        def wrap(rule: Rule) -> Callable[[Exchange], Reply]:
            def handler(exchange: Exchange) -> Reply:
                user = self._user(exchange, kind)
                book = self.store.book(exchange.path_params["id"])
                if book.trashed and kind == "Write":
                    raise wire.Refused(wire.sheets_error(403, wire.FORBIDDEN))
                return Reply(200, rule(exchange, book, user))

            return handler

        return wrap

    def _user(self, exchange: Exchange, kind: Kind) -> str:
        user = self.tokens.user_of(exchange)
        self.quota.spend(user, kind)
        if self.store.switches.get("google.not_shared") and exchange.path_params.get("id"):
            if kind == "Drive":
                raise wire.drive_missing(exchange.path_params["id"])
            raise wire.Refused(wire.sheets_error(403, wire.FORBIDDEN))
        return user

    # -- values ----------------------------------------------------------------------------

    def _get(self, exchange: Exchange, book: Book, user: str) -> dict[str, Any]:
        return values.value_range(book, exchange.path_params["range"], _options(exchange))

    def _batch_get(self, exchange: Exchange, book: Book, user: str) -> dict[str, Any]:
        ranges = exchange.all("ranges")
        exchange.inputs = len(ranges)
        return values.batch_get(book, ranges, _options(exchange))

    def _update(self, exchange: Exchange, book: Book, user: str) -> dict[str, Any]:
        text, options = exchange.path_params["range"], _options(exchange)
        return values.update(self.store, book, text, _body(exchange), options, user)

    def _values(self, exchange: Exchange, book: Book, user: str) -> dict[str, Any]:
        body = _body(exchange)
        exchange.inputs = len(body.get("data") or [])
        return values.batch_update(self.store, book, body, user)

    def _append(self, exchange: Exchange, book: Book, user: str) -> dict[str, Any]:
        text, options = exchange.path_params["range"], _options(exchange)
        body = _body(exchange)
        if isinstance(body.get("values"), list):
            exchange.inputs = len(body["values"])
        return values.append(self.store, book, text, body, options, user)

    def _clear(self, exchange: Exchange, book: Book, user: str) -> dict[str, Any]:
        return values.clear(self.store, book, exchange.path_params["range"], user)

    def _clears(self, exchange: Exchange, book: Book, user: str) -> dict[str, Any]:
        ranges = [str(text) for text in _body(exchange).get("ranges") or []]
        exchange.inputs = len(ranges)
        return values.batch_clear(self.store, book, ranges, user)

    # -- spreadsheets ----------------------------------------------------------------------

    def create(self, exchange: Exchange) -> Reply:
        """`spreadsheets.create`: the new spreadsheet, with the tabs that were asked for."""
        user = self._user(exchange, "Write")
        body = _body(exchange)
        asked = body.get("properties") or {}
        book = self.store.create(asked.get("title") or "Untitled spreadsheet", user=user)
        book.locale = asked.get("locale") or book.locale
        book.time_zone = asked.get("timeZone") or book.time_zone
        tabs = body.get("sheets") or []
        if tabs:
            book.sheets = []
            for number, tab in enumerate(tabs):
                wanted = {"sheetId": 0 if number == 0 else None, **(tab.get("properties") or {})}
                context = batch.Context(self.store, book, user, f"Invalid sheets[{number}]: ")
                sheet_requests.add_sheet(context, {"properties": wanted})
        return Reply(
            200,
            resources.spreadsheet(
                book, fields=exchange.first("fields"), ranges=[], grid_data=False, user=user
            ),
        )

    def _spreadsheet(self, exchange: Exchange, book: Book, user: str) -> dict[str, Any]:
        return resources.spreadsheet(
            book,
            fields=exchange.first("fields"),
            ranges=exchange.all("ranges"),
            grid_data=(exchange.first("includeGridData") or "").lower() == "true",
            user=user,
        )

    def _batch(self, exchange: Exchange, book: Book, user: str) -> dict[str, Any]:
        body = _body(exchange)
        exchange.inputs = len(body.get("requests") or [])
        answer = batch.run(self.store, book, body, user, REQUESTS)
        tree = masks.parse(exchange.first("fields") or "")
        if body.get("includeSpreadsheetInResponse"):
            answer["updatedSpreadsheet"] = resources.part(
                book,
                tree.get("updatedSpreadsheet", {}),
                ranges=[str(text) for text in body.get("responseRanges") or []],
                grid_data=bool(body.get("responseIncludeGridData")),
                user=user,
            )
        picked: dict[str, Any] = masks.pick(answer, tree)
        return picked

    def _search(self, exchange: Exchange, book: Book, user: str) -> dict[str, Any]:
        return metadata.search(book, _body(exchange))

    def _metadata(self, exchange: Exchange, book: Book, user: str) -> dict[str, Any]:
        return metadata.get(book, exchange.path_params["metadata"])

    # -- files -----------------------------------------------------------------------------

    def files(self, exchange: Exchange) -> Reply:
        """`files.list`."""
        user = self._user(exchange, "Drive")
        return Reply(200, drive.listing(self.store, _options(exchange), user))

    def file(self, exchange: Exchange) -> Reply:
        """`files.get`."""
        user = self._user(exchange, "Drive")
        wanted, fields = exchange.path_params["id"], exchange.first("fields")
        return Reply(200, drive.get(self.store, wanted, fields, user))

    def create_file(self, exchange: Exchange) -> Reply:
        """`files.create`."""
        user = self._user(exchange, "Drive")
        made = drive.create(self.store, _body(exchange), exchange.first("fields"), user)
        return Reply(200, made)

    def update_file(self, exchange: Exchange) -> Reply:
        """`files.update`."""
        user = self._user(exchange, "Drive")
        wanted, fields = exchange.path_params["id"], exchange.first("fields")
        return Reply(200, drive.update(self.store, wanted, _body(exchange), fields, user))

    def delete_file(self, exchange: Exchange) -> Reply:
        """`files.delete`."""
        self._user(exchange, "Drive")
        drive.delete(self.store, exchange.path_params["id"])
        return Reply(204, None, {"Content-Type": "text/html"})  # recorded: a type and no body


def _options(exchange: Exchange) -> dict[str, str]:
    return dict(exchange.query)


def _body(exchange: Exchange) -> dict[str, Any]:
    try:
        body = exchange.json()
    except NotJson:
        raise wire.invalid("Invalid JSON payload received. Unexpected token.") from None
    if not isinstance(body, dict):
        raise wire.invalid("Invalid JSON payload received. Expected an object.")
    return body
