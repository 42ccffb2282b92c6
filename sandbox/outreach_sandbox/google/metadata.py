"""Developer metadata: marks on a spreadsheet, a tab, a row or a column.

Rule: the sum of keys and values is capped per tab, and for the spreadsheet itself.
https://developers.google.com/workspace/sheets/api/guides/metadata
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outreach_sandbox.google import wire
from outreach_sandbox.google.reading import box_of, resolve

if TYPE_CHECKING:
    from outreach_sandbox.google.store import Book, Store

# https://developers.google.com/workspace/sheets/api/guides/metadata#storage-limits
MAX_CHARACTERS = 30_000
FULL = "Adding the requested developer metadata would exceed the allowed storage limit"


def create(store: Store, book: Book, entry: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Add one entry; returns it as stored."""
    if not entry.get("metadataKey"):
        raise wire.invalid(f"{prefix}Developer metadata must specify a metadata key")
    if entry.get("visibility") not in ("DOCUMENT", "PROJECT"):
        raise wire.invalid(f"{prefix}Developer metadata must specify a visibility")
    wanted = entry.get("metadataId")
    if wanted is not None and any(m["metadataId"] == wanted for m in book.metadata):
        raise wire.invalid(f"{prefix}Developer metadata with id {wanted} already exists")
    stored: dict[str, Any] = {
        "metadataId": wanted if wanted is not None else store.new_number(),
        "metadataKey": entry["metadataKey"],
        "location": _location(book, entry.get("location") or {}, prefix),
        "visibility": entry["visibility"],
    }
    if entry.get("metadataValue"):
        stored["metadataValue"] = entry["metadataValue"]
    check_room(book, stored, prefix)
    book.metadata.append(stored)
    return stored


def _location(book: Book, asked: dict[str, Any], prefix: str) -> dict[str, Any]:
    if asked.get("spreadsheet"):
        return {"locationType": "SPREADSHEET", "spreadsheet": True}
    place = asked.get("dimensionRange")
    if place is None and asked.get("sheetId") is None:
        raise wire.invalid(f"{prefix}Developer metadata must specify a location")
    sheet_id = int((place or asked).get("sheetId") or 0)
    sheet = book.sheet_by_id(sheet_id)
    if sheet is None:
        raise wire.invalid(f"{prefix}No grid with id: {sheet_id}")
    if place is None:
        return {"locationType": "SHEET", "sheetId": sheet_id}
    start, end = int(place.get("startIndex") or 0), place.get("endIndex")
    if place.get("dimension") not in ("ROWS", "COLUMNS") or end != start + 1:
        raise wire.invalid(f"{prefix}Developer metadata must be on a single row or column")
    if start >= sheet.size(place["dimension"]):
        raise wire.invalid(f"{prefix}The location is outside the grid")
    stored = {"dimension": place["dimension"], "startIndex": start, "endIndex": end}
    kind = "ROW" if place["dimension"] == "ROWS" else "COLUMN"
    return {"locationType": kind, "dimensionRange": {"sheetId": sheet_id, **stored}}


def check_room(book: Book, entry: dict[str, Any], prefix: str) -> None:
    """Refuse an entry that does not fit any more."""
    owner = _owner(entry)
    used = sum(_length(m) for m in book.metadata if m is not entry and _owner(m) == owner)
    if used + _length(entry) > MAX_CHARACTERS:
        raise wire.invalid(f"{prefix}{FULL}")


def _owner(entry: dict[str, Any]) -> int | None:
    place = entry["location"]
    if place["locationType"] == "SPREADSHEET":
        return None
    return int((place.get("dimensionRange") or place).get("sheetId") or 0)


def _length(entry: dict[str, Any]) -> int:
    return len(entry["metadataKey"]) + len(entry.get("metadataValue", ""))


def matching(book: Book, filters: list[dict[str, Any]], prefix: str = "") -> list[dict[str, Any]]:
    """Entries that any of the filters names."""
    return [m for m in book.metadata if any(_fits(book, m, f, prefix) for f in filters)]


def _fits(book: Book, entry: dict[str, Any], data_filter: dict[str, Any], prefix: str) -> bool:
    lookup = data_filter.get("developerMetadataLookup")
    if lookup is None:
        return _inside_range(book, entry, data_filter, prefix)
    for key in ("metadataKey", "metadataId", "metadataValue", "visibility"):
        if lookup.get(key) not in (None, "") and lookup[key] != entry.get(key):
            return False
    kind = lookup.get("locationType")
    if kind and kind != entry["location"]["locationType"]:
        return False
    place = lookup.get("metadataLocation")
    return place is None or _same_place(entry, place, lookup.get("locationMatchingStrategy"))


def _same_place(entry: dict[str, Any], place: dict[str, Any], strategy: str | None) -> bool:
    location = entry["location"]
    if place.get("spreadsheet"):
        exact = strategy != "INTERSECTING_LOCATION"
        return not exact or location["locationType"] == "SPREADSHEET"
    asked = place.get("dimensionRange")
    if asked is None:
        if strategy == "INTERSECTING_LOCATION":
            return _owner(entry) == int(place.get("sheetId") or 0)
        return location["locationType"] == "SHEET" and _owner(entry) == int(
            place.get("sheetId") or 0
        )
    own = location.get("dimensionRange")
    return own is not None and bool(
        own["dimension"] == asked.get("dimension")
        and own["sheetId"] == int(asked.get("sheetId") or 0)
        and own["startIndex"] == int(asked.get("startIndex") or 0)
    )


def _inside_range(
    book: Book, entry: dict[str, Any], data_filter: dict[str, Any], prefix: str
) -> bool:
    if "a1Range" in data_filter:
        sheet, box = resolve(book, str(data_filter["a1Range"]), prefix)
    else:
        sheet, box = box_of(book, data_filter.get("gridRange") or {})
    own = entry["location"].get("dimensionRange")
    if own is None:
        return bool(entry["location"].get("sheetId") == sheet.id)
    clipped = sheet.clip(box)
    start, end = (
        (clipped.top, clipped.bottom or 0)
        if own["dimension"] == "ROWS"
        else (clipped.left, clipped.right or 0)
    )
    return bool(own["sheetId"] == sheet.id and start <= own["startIndex"] < end)


def search(book: Book, body: dict[str, Any]) -> dict[str, Any]:
    """`developerMetadata:search`; an answer without matches is empty."""
    filters = body.get("dataFilters") or []
    found = [
        {
            "developerMetadata": entry,
            "dataFilters": [f for f in filters if _fits(book, entry, f, "")],
        }
        for entry in matching(book, filters)
    ]
    return {"matchedDeveloperMetadata": found} if found else {}


def get(book: Book, metadata_id: str) -> dict[str, Any]:
    """One entry by id, or 404."""
    for entry in book.metadata:
        if str(entry["metadataId"]) == metadata_id:
            return entry
    raise wire.missing()
