"""Owners: the people of the account whom records can belong to.

The one rule: the list takes its filters from the query and nothing can be written.

https://developers.hubspot.com/docs/guides/api/crm/owners
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from outreach_sandbox.hubspot.wire import Answer, Problem, RefusedError, epoch_ms, iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from outreach_sandbox.hubspot.portal import Portal

MAX_LIMIT = 500
SINCE_MS = 1_562_000_000_000


@dataclass(frozen=True)
class Owner:
    """One owner."""

    id: str
    email: str
    first_name: str
    last_name: str
    user_id: int
    archived: bool = False
    created_ms: int = SINCE_MS
    updated_ms: int = SINCE_MS

    def as_json(self) -> dict[str, Any]:
        """The owner as the API shows one."""
        return {
            "id": self.id,
            "email": self.email,
            "type": "PERSON",
            "firstName": self.first_name,
            "lastName": self.last_name,
            "userId": self.user_id,
            "userIdIncludingInactive": self.user_id,
            "createdAt": iso(self.created_ms),
            "updatedAt": iso(self.updated_ms),
            "archived": self.archived,
        }


def described(body: Mapping[str, Any]) -> Owner:
    """An owner a seed brings: `{id, email, firstName, lastName, userId, archived, createdAt, updatedAt}`."""
    return Owner(
        str(body["id"]),
        str(body.get("email", "")),
        str(body.get("firstName", "")),
        str(body.get("lastName", "")),
        int(body.get("userId", body["id"])),
        bool(body.get("archived", False)),
        *(
            epoch_ms(str(body.get(name) or SINCE_MS)) or SINCE_MS
            for name in ("createdAt", "updatedAt")
        ),
    )


@dataclass(frozen=True)
class Asked:
    """One page of owners."""

    limit: int
    after: int
    email: str
    archived: bool


def list_page(portal: Portal, asked: Asked) -> Answer:
    """Owners in order of id; an address that nobody has finds nobody."""
    if not 1 <= asked.limit <= MAX_LIMIT:
        raise RefusedError(Problem(400, f"limit must be between 1 and {MAX_LIMIT}"))
    found = [
        owner
        for owner in sorted(portal.owners, key=lambda o: int(o.id))
        if owner.archived == asked.archived
        and asked.email.lower() in ("", owner.email.lower())
        and int(owner.id) >= asked.after
    ]
    body: dict[str, Any] = {"results": [owner.as_json() for owner in found[: asked.limit]]}
    if len(found) > asked.limit:
        body["paging"] = {"next": {"after": found[asked.limit].id}}
    return Answer(200, body)


def get(portal: Portal, owner_id: str, *, archived: bool) -> Answer:
    """One owner by id."""
    for owner in portal.owners:
        if owner.id == owner_id and owner.archived == archived:
            return Answer(200, owner.as_json())
    raise RefusedError(Problem(404, "resource not found", category="OBJECT_NOT_FOUND"))
