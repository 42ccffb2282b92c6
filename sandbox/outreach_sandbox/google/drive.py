"""Drive v3 `files`, as far as spreadsheets need it.

Rule: an answer holds the fields that were asked for, or Drive's four defaults.
https://developers.google.com/workspace/drive/api/reference/rest/v3/files
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from outreach_sandbox.google import masks, wire
from outreach_sandbox.google.store import SPREADSHEET, Book, Store

if TYPE_CHECKING:
    from datetime import datetime

DEFAULT_FIELDS = "kind,id,name,mimeType"
NO_STORAGE = (
    "Service Accounts do not have storage quota. Leverage shared drives "
    "(https://developers.google.com/workspace/drive/api/guides/about-shareddrives), or use OAuth "
    "delegation instead."
)


def stamp(moment: datetime) -> str:
    """RFC 3339 with milliseconds, as Drive writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def resource(book: Book, user: str, *, can_edit: bool = True) -> dict[str, Any]:
    """The whole file resource."""
    return {
        "kind": "drive#file",
        "id": book.id,
        "name": book.title,
        "mimeType": SPREADSHEET,
        "createdTime": stamp(book.created),
        "modifiedTime": stamp(book.modified),
        "version": str(book.version),
        "trashed": book.trashed,
        "lastModifyingUser": _user(book.last_user, user),
        "owners": [_user(book.owner, user)],
        "ownedByMe": book.owner == user,
        "webViewLink": f"https://docs.google.com/spreadsheets/d/{book.id}/edit",
        "capabilities": {"canEdit": can_edit},
    }


def _user(address: str, caller: str) -> dict[str, Any]:
    return {
        "kind": "drive#user",
        "displayName": address.split("@", maxsplit=1)[0],
        "me": address == caller,
        "emailAddress": address,
    }


def about(fields: str | None, user: str) -> dict[str, Any]:
    """`about.get`: whose Drive it is; the fields must be named."""
    # https://developers.google.com/workspace/drive/api/reference/rest/v3/about/get
    if not fields:
        text = "The 'fields' parameter is required for this method."
        raise wire.Refused(wire.drive_error(400, "required", text))
    whole = {"kind": "drive#about", "user": _user(user, user)}
    found: dict[str, Any] = masks.pick(whole, masks.parse(fields))
    return found


def find(store: Store, file_id: str) -> Book:
    """The file, or 404 as Drive words it."""
    book = store.books.get(file_id)
    if book is None:
        raise wire.drive_missing(file_id)
    return book


def get(store: Store, file_id: str, fields: str | None, user: str) -> dict[str, Any]:
    """`files.get`."""
    can_edit = not store.switches.get("google.view_only")
    whole = resource(find(store, file_id), user, can_edit=can_edit)
    found: dict[str, Any] = masks.pick(whole, masks.parse(fields or DEFAULT_FIELDS))
    return found


def create(store: Store, body: dict[str, Any], fields: str | None, user: str) -> dict[str, Any]:
    """`files.create` of an empty spreadsheet."""
    kind = body.get("mimeType")
    if kind != SPREADSHEET:
        raise wire.unbuilt(f"drive.files.create of {kind or 'a file without mimeType'}")
    is_service = user.endswith(".gserviceaccount.com")
    if is_service and store.switches.get("google.service_account_has_no_storage"):
        raise wire.Refused(wire.drive_error(403, "storageQuotaExceeded", NO_STORAGE, "usageLimits"))
    book = store.create(body.get("name") or "Untitled", user=user)
    return get(store, book.id, fields, user)


def update(
    store: Store, file_id: str, body: dict[str, Any], fields: str | None, user: str
) -> dict[str, Any]:
    """`files.update`: name and trash."""
    book = find(store, file_id)
    unknown = set(body) - {"name", "trashed"}
    if unknown:
        raise wire.unbuilt(f"drive.files.update of {', '.join(sorted(unknown))}")
    book.title = body.get("name", book.title)
    book.trashed = bool(body.get("trashed", book.trashed))
    store.touch(book, user)
    return get(store, file_id, fields, user)


def delete(store: Store, file_id: str) -> None:
    """`files.delete`."""
    del store.books[find(store, file_id).id]


def listing(store: Store, query: dict[str, str], user: str) -> dict[str, Any]:
    """`files.list` with the comparisons `name =`, `mimeType =`, `trashed =`, joined by `and`."""
    wanted = query.get("q", "")
    found = [book for book in store.books.values() if _matches(book, wanted)]
    found.sort(key=lambda book: (book.modified, book.id), reverse=True)
    start = int(query.get("pageToken") or 0)
    size = max(1, min(int(query.get("pageSize") or 100), 1000))
    page = found[start : start + size]
    tree = masks.parse(query.get("fields") or f"kind,nextPageToken,files({DEFAULT_FIELDS})")
    answer: dict[str, Any] = {
        "kind": "drive#fileList",
        "incompleteSearch": False,
        "files": [resource(book, user) for book in page],
    }
    if start + size < len(found):
        answer["nextPageToken"] = str(start + size)
    picked: dict[str, Any] = masks.pick(answer, tree)
    return picked


def _matches(book: Book, query: str) -> bool:
    values = {"name": book.title, "mimeType": SPREADSHEET, "trashed": str(book.trashed).lower()}
    for part in filter(None, (p.strip() for p in re.split(r"\s+and\s+", query))):
        found = re.fullmatch(
            r"""(\w+)\s*(!?=)\s*(?:'((?:[^'\\]|\\.)*)'|"([^"]*)"|(true|false))""", part
        )
        if not found or found.group(1) not in values:
            raise wire.Refused(wire.drive_error(400, "invalid", "Invalid Value"))
        name, operator = found.group(1), found.group(2)
        text = next(g for g in found.groups()[2:] if g is not None).replace("\\'", "'")
        if (values[name] == text) is (operator == "!="):
            return False
    return True
