"""When a contact's properties got the values they have, and whether a person or we put them there. Pure.

Rule: our own app is known by what it wrote into the property that only it writes; nobody has to configure an id.

https://developers.hubspot.com/docs/guides/api/crm/using-object-apis#retrieve-records (propertiesWithHistory)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

Body = Mapping[str, Any]
Versions = list[dict[str, Any]]
# a person who merges contacts or types an id writes it, too
_PROGRAMS = ("API", "INTEGRATION")


def history(contact: Body, row_id: str) -> dict[str, dict[str, Any]]:
    """Return, by property, when its present value was written, by what, and whether by us.

    Args:
        contact: A contact with ``propertiesWithHistory``.
        row_id: The property that nobody writes but us.
    """
    versions: Mapping[str, Versions] = contact.get("propertiesWithHistory") or {}
    written = map(_source, versions.get(row_id) or ())
    ours = {source for source in written if source[0] in _PROGRAMS}
    return {
        name: _present(found, ours) for name, found in versions.items() if found and name != row_id
    }


def _present(versions: Versions, ours: set[tuple[str, str]]) -> dict[str, Any]:
    newest = max(versions, key=lambda version: datetime.fromisoformat(version["timestamp"]))
    return {
        "at": newest["timestamp"],
        "by": str(newest.get("sourceType") or ""),
        "ours": _source(newest) in ours,
    }


def _source(version: Body) -> tuple[str, str]:
    return str(version.get("sourceType") or ""), str(version.get("sourceId") or "")
