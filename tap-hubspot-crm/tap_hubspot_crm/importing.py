"""What an import asks for: the contacts themselves, and one record that says who they are and who was left out.

Rule: everybody asked for is read from the store, not from the search index, and in the order of their ids,
so that the same criteria bring the same people in the same order. No bookmark is kept.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from outreach_adapters.hubspot.client import BATCH
from outreach_adapters.hubspot.selection import ids_matching, ids_on_list
from outreach_core.errors import ConfigError
from tap_hubspot_crm import criteria, schemas
from tap_hubspot_crm.streams import CONTACTS, SIDE, Context, HubSpotStream

if TYPE_CHECKING:
    from tap_hubspot_crm.tap import TapHubspotCrm

Body = dict[str, Any]
# a spreadsheet holds 10 million cells, and a row of ours has some thirty
# https://support.google.com/drive/answer/37603
MOST = 100_000


@dataclass(frozen=True, slots=True)
class Asked:
    """The settings of an import, read but not yet compared with the account."""

    groups: criteria.Groups
    list_name: str
    limit: int | None

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Asked:
        """Read the settings.

        Raises:
            ConfigError: ``no_criteria``, ``two_criteria``, ``bad_criteria`` or ``bad_limit``.
        """
        given, named = config.get("import_criteria"), str(config.get("import_list") or "").strip()
        if not given and not named:
            raise ConfigError(
                "It is not said whom to import.",
                code="no_criteria",
                remedy="Set `import_criteria` (OUTREACH_IMPORT_CRITERIA), such as "
                f"{criteria.EXAMPLE}, or `import_list` (OUTREACH_IMPORT_LIST).",
            )
        if given and named:
            raise ConfigError(
                "Both `import_criteria` and `import_list` say whom to import.",
                code="two_criteria",
                remedy="Set one of them.",
            )
        limit = config.get("import_limit")
        if limit is not None and int(limit) < 1:
            raise ConfigError(
                "`import_limit` is below 1.", code="bad_limit", remedy="Leave it out for no limit."
            )
        groups = criteria.parse(given) if given else ()
        return cls(groups, named, int(limit) if limit is not None else None)


@dataclass(slots=True)
class Found:
    """What the contacts stream came by, for the record that follows it."""

    fingerprint: str = ""
    record_ids: tuple[str, ...] = ()
    without_email: int = 0
    left_out: int = 0


class ImportedContacts(HubSpotStream):
    """The contacts asked for that have an e-mail address."""

    primary_keys = ("id",)

    def __init__(self, tap: TapHubspotCrm) -> None:
        super().__init__(tap, tap.contact_schema(), CONTACTS)

    def get_records(self, context: Context) -> Iterable[Body]:
        """Yield the contacts, the first of them up to the limit."""
        asked = Asked.of(self.hubspot.config)
        self.hubspot.account_facts()
        found = self.hubspot.found = Found()
        ids = self._ids(asked, found)
        kept: list[str] = []
        for contact in self._read(iter(ids)):
            if asked.limit is not None and len(kept) == asked.limit:
                break
            if self._has_address(contact):
                kept.append(str(contact["id"]))
                yield self.shape(contact)
            else:
                found.without_email += 1
        found.record_ids = tuple(kept)
        beyond = int(kept[-1]) if asked.limit is not None and len(kept) == asked.limit else None
        found.left_out = sum(number > beyond for number in ids) if beyond is not None else 0

    def _ids(self, asked: Asked, found: Found) -> list[int]:
        """Return the ids of everybody who fits, ascending, and note what was asked."""
        tap = self.hubspot
        list_id = ""
        if asked.list_name:
            list_id, listed = ids_on_list(tap.client, asked.list_name)
        else:
            groups = criteria.bodies(criteria.fitted(asked.groups, tap.definitions))
            listed = ids_matching(tap.search, groups)
        ids = sorted({int(record_id) for record_id in itertools.islice(listed, MOST + 1)})
        if len(ids) > MOST:
            raise ConfigError(
                f"More than {MOST:,} contacts fit: a sheet cannot hold so many.",
                code="too_many_contacts",
                remedy="Narrow the criteria.",
            )
        said = [criteria.bodies(asked.groups), list_id, asked.limit]
        text = json.dumps(said, sort_keys=True, ensure_ascii=False)
        found.fingerprint = hashlib.sha256(text.encode()).hexdigest()[:16]
        return ids

    def _read(self, ids: Iterator[int]) -> Iterator[Body]:
        while batch := [str(number) for number in itertools.islice(ids, BATCH)]:
            shown = self.hubspot.client.read(batch, self.hubspot.wanted)
            yield from sorted(shown, key=lambda contact: int(contact["id"]))

    def _has_address(self, contact: Body) -> bool:
        properties = contact.get("properties") or {}
        return bool(str(properties.get(self.hubspot.address_property) or "").strip())


class Imports(HubSpotStream):
    """One record: whom the import is about."""

    primary_keys = ("side", "object")

    def __init__(self, tap: TapHubspotCrm) -> None:
        super().__init__(tap, schemas.IMPORTS, "imports")

    def get_records(self, context: Context) -> Iterable[Body]:
        """Yield the record; the contacts were read before."""
        found = self.hubspot.found
        yield {
            "side": SIDE,
            "object": CONTACTS,
            "criteria": found.fingerprint,
            "record_ids": list(found.record_ids),
            "without_email": found.without_email,
            "left_out": found.left_out,
            "read_at": self.hubspot.now().isoformat(),
        }
