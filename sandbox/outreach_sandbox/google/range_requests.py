"""Requests about ranges: protection, names, merges, filters, groups, rules, metadata.

Rule: what is kept is a GridRange with its tab; the answer leaves a tab id of 0 out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outreach_sandbox.google import masks, metadata
from outreach_sandbox.google.resources import bare, protected_range

if TYPE_CHECKING:
    from outreach_sandbox.google.batch import Context, Handler
    from outreach_sandbox.google.grid import Sheet

PROTECTION = ("range", "namedRangeId", "description", "warningOnly", "editors", "unprotectedRanges")


def add_protected(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """`addProtectedRange`; `requestingUserCanEdit` is never the caller's to say."""
    asked = request.get("protectedRange") or {}
    item: dict[str, Any] = {key: asked.get(key) for key in PROTECTION if asked.get(key) is not None}
    item["range"] = context.stored_range(asked.get("range"))
    chosen = asked.get("protectedRangeId")
    if chosen is not None and _find_protected(context, chosen) is not None:
        raise context.invalid(f"A protected range with id {chosen} already exists.")
    item["protectedRangeId"] = chosen if chosen is not None else context.store.new_number()
    context.sheet(item["range"]["sheetId"]).protected.append(item)
    answer = protected_range(item, context.user, fresh=True)
    return {"addProtectedRange": {"protectedRange": answer}}


def _find_protected(context: Context, wanted: Any) -> tuple[Sheet, dict[str, Any]] | None:
    for sheet in context.book.sheets:
        for item in sheet.protected:
            if item["protectedRangeId"] == wanted:
                return sheet, item
    return None


def _protected(context: Context, wanted: Any) -> tuple[Sheet, dict[str, Any]]:
    found = _find_protected(context, wanted)
    if found is None:
        raise context.invalid(f"No protected range with id: {wanted}")
    return found


def update_protected(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """`updateProtectedRange`."""
    asked = request.get("protectedRange") or {}
    sheet, item = _protected(context, asked.get("protectedRangeId"))
    found = masks.paths(masks.parse(request.get("fields") or ""))
    if not found:
        raise context.invalid("At least one field must be listed in 'fields'.")
    for path in [(key,) for key in PROTECTION if key in asked] if ("*",) in found else found:
        masks.copy_path(asked, item, path)
    if not item.get("range"):
        item["range"] = {"sheetId": sheet.id}
    item["range"] = context.stored_range(item["range"])
    return {}


def delete_protected(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """`deleteProtectedRange`."""
    sheet, item = _protected(context, request.get("protectedRangeId"))
    sheet.protected.remove(item)
    return {}


def add_named(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """`addNamedRange`."""
    asked = request.get("namedRange") or {}
    named: dict[str, Any] = {
        "namedRangeId": asked.get("namedRangeId") or str(context.store.new_number()),
        "name": asked.get("name"),
        "range": context.stored_range(asked.get("range")),
    }
    context.book.named_ranges.append(named)
    return {"addNamedRange": {"namedRange": {**named, "range": bare(named["range"])}}}


def delete_named(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """`deleteNamedRange`."""
    wanted = request.get("namedRangeId")
    kept = [n for n in context.book.named_ranges if n["namedRangeId"] != wanted]
    if len(kept) == len(context.book.named_ranges):
        raise context.invalid(f"No named range with id: {wanted}")
    context.book.named_ranges = kept
    return {}


def merge(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """`mergeCells`; a merge that is overlapped goes, and only the first cell keeps its value."""
    sheet, box = context.box(request.get("range"))
    whole = (box.top, box.bottom or 0, box.left, box.right or 0)
    unmerge(context, request)
    match request.get("mergeType"):
        case "MERGE_ROWS":
            parts = [(row, row + 1, whole[2], whole[3]) for row in range(whole[0], whole[1])]
        case "MERGE_COLUMNS":
            parts = [(whole[0], whole[1], c, c + 1) for c in range(whole[2], whole[3])]
        case _:
            parts = [whole]
    keys = ("startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex")
    for part in parts:
        sheet.merges.append({"sheetId": sheet.id, **dict(zip(keys, part, strict=True))})
    return {}


def unmerge(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """`unmergeCells`."""
    sheet, box = context.box(request.get("range"))
    sheet.merges = [
        found
        for found in sheet.merges
        if found["endRowIndex"] <= box.top
        or found["startRowIndex"] >= (box.bottom or 0)
        or found["endColumnIndex"] <= box.left
        or found["startColumnIndex"] >= (box.right or 0)
    ]
    return {}


def set_filter(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """`setBasicFilter`; an open range becomes the whole grid."""
    asked = request.get("filter") or {}
    sheet, box = context.box(asked.get("range"))
    sheet.basic_filter = {
        **asked,
        "range": {
            "sheetId": sheet.id,
            "startRowIndex": box.top,
            "endRowIndex": box.bottom,
            "startColumnIndex": box.left,
            "endColumnIndex": box.right,
        },
    }
    return {}


def clear_filter(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """`clearBasicFilter`."""
    context.sheet(request.get("sheetId")).basic_filter = None
    return {}


def add_group(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """`addDimensionGroup`, one level deep."""
    asked = request.get("range") or {}
    sheet, dimension = context.sheet(asked.get("sheetId")), asked.get("dimension", "ROWS")
    sheet.groups[dimension].append({"range": {**asked, "sheetId": sheet.id}, "depth": 1})
    side = "row" if dimension == "ROWS" else "column"
    sheet.grid_properties[f"{side}GroupControlAfter"] = True
    answer = [{**group, "range": bare(group["range"])} for group in sheet.groups[dimension]]
    return {"addDimensionGroup": {"dimensionGroups": answer}}


def delete_group(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """`deleteDimensionGroup`."""
    asked = request.get("range") or {}
    sheet, dimension = context.sheet(asked.get("sheetId")), asked.get("dimension", "ROWS")
    wanted = {**asked, "sheetId": sheet.id}
    kept = [group for group in sheet.groups[dimension] if group["range"] != wanted]
    sheet.groups[dimension] = kept
    answer = [{**group, "range": bare(group["range"])} for group in kept]
    return {"deleteDimensionGroup": {"dimensionGroups": answer} if answer else {}}


def add_conditional(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """`addConditionalFormatRule`; the reply is empty."""
    rule = dict(request.get("rule") or {})
    rule["ranges"] = [context.stored_range(found) for found in rule.get("ranges") or []]
    if not rule["ranges"]:
        raise context.invalid("A rule needs at least one range.")
    rules = context.sheet(rule["ranges"][0]["sheetId"]).conditional_formats
    index = int(request.get("index") or 0)
    if index > len(rules):
        raise context.invalid(f"index must be at most {len(rules)}")
    rules.insert(index, rule)
    return {}


def create_metadata(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """`createDeveloperMetadata`."""
    asked = request.get("developerMetadata") or {}
    stored = metadata.create(context.store, context.book, asked, context.prefix)
    return {"createDeveloperMetadata": {"developerMetadata": dict(stored)}}


def update_metadata(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """`updateDeveloperMetadata`: key, value or visibility of every entry a filter names."""
    asked = request.get("developerMetadata") or {}
    entries = metadata.matching(context.book, request.get("dataFilters") or [], context.prefix)
    if not entries:
        raise context.invalid("No developer metadata found for the given filters.")
    for entry in entries:
        for path in masks.paths(masks.parse(request.get("fields") or "")):
            if path[0] not in ("metadataKey", "metadataValue", "visibility"):
                raise context.invalid(f"Cannot update {'.'.join(path)}")
            masks.copy_path(asked, entry, path)
        metadata.check_room(context.book, entry, context.prefix)
    return {"updateDeveloperMetadata": {"developerMetadata": [dict(entry) for entry in entries]}}


def delete_metadata(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """`deleteDeveloperMetadata`."""
    filters = [request.get("dataFilter") or {}]
    gone = metadata.matching(context.book, filters, context.prefix)
    context.book.metadata = [m for m in context.book.metadata if m not in gone]
    return {"deleteDeveloperMetadata": {"deletedDeveloperMetadata": gone} if gone else {}}


HANDLERS: dict[str, Handler] = {
    "addProtectedRange": add_protected,
    "updateProtectedRange": update_protected,
    "deleteProtectedRange": delete_protected,
    "addNamedRange": add_named,
    "deleteNamedRange": delete_named,
    "mergeCells": merge,
    "unmergeCells": unmerge,
    "setBasicFilter": set_filter,
    "clearBasicFilter": clear_filter,
    "addDimensionGroup": add_group,
    "deleteDimensionGroup": delete_group,
    "addConditionalFormatRule": add_conditional,
    "createDeveloperMetadata": create_metadata,
    "updateDeveloperMetadata": update_metadata,
    "deleteDeveloperMetadata": delete_metadata,
}
