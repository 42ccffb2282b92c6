"""The streams of the tap: what changed, what was asked for, and how many contacts are linked.

Rule: a stream sets its bookmark only after its last record; the tap drops it if any stream fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from singer_sdk import Stream

from outreach_adapters.hubspot import lookups, sweep, told
from outreach_adapters.hubspot.account import ROW_ID
from outreach_adapters.hubspot.client import BATCH
from tap_hubspot_crm import records, schemas
from tap_hubspot_crm.history import history

if TYPE_CHECKING:
    from tap_hubspot_crm.tap import TapHubspotCrm

Context = Mapping[str, Any] | None
Body = dict[str, Any]
CONTACTS = "contacts"
SIDE = "hubspot"
# https://developers.hubspot.com/docs/guides/api/crm/search#limitations: a body has 3000 characters
LONGEST_QUERY = 2200
SEARCH_PAGE = sweep.PAGE
SEARCH_HITS = sweep.HITS


class HubSpotStream(Stream):
    """A stream that knows its tap."""

    def __init__(self, tap: TapHubspotCrm, schema: dict[str, Any], name: str) -> None:
        super().__init__(tap, schema=schema, name=name)
        self.hubspot = tap

    def shape(self, contact: Body) -> Body:
        """Return a contact in the form the setting `schema` asks for."""
        if self.hubspot.flat:
            return records.flat(contact, self.schema)
        return records.contained(contact, self.hubspot.wanted)


class ChangedContacts(HubSpotStream):
    """The contacts changed since the bookmark, and a little before it."""

    primary_keys = ("id",)

    def __init__(self, tap: TapHubspotCrm) -> None:
        super().__init__(tap, tap.contact_schema(), CONTACTS)

    def get_records(self, context: Context) -> Iterable[Body]:
        """Yield what changed; then set the bookmark."""
        tap = self.hubspot
        tap.account_facts()
        bookmark = tap.bookmark(CONTACTS)
        begun = tap.now().timestamp()
        after_ms = self._after(bookmark)
        if after_ms is None and tap.config.get("start") == "latest" and not bookmark:
            newest: int | None = sweep.newest(tap.search) or 0
        else:
            run = sweep.Sweep(
                tap.search,
                self._asked(),
                after_ms,
                lambda: self._settled_ms(begun),
                page_size=SEARCH_PAGE,
                hits=SEARCH_HITS,
            )
            yield from self._complete(run.records())
            newest = run.newest_ms
        bookmark["modified_ms"] = max(newest or 0, int(bookmark.get("modified_ms") or 0))
        bookmark["settled_ms"] = self._settled_ms(begun)

    def _after(self, bookmark: Mapping[str, Any]) -> int | None:
        """Return the moment to read from.

        | # | bookmark | from |
        |---|---|---|
        | 1 | none | `start_date`, else the beginning |
        | 2 | the newest change was settled when it was read | that change |
        | 3 | else | the earlier of what was settled then and that change, at most a look-back ago |
        """
        if "modified_ms" not in bookmark:  # (1)
            given = self.hubspot.config.get("start_date")
            return sweep.to_ms(str(given)) if given else None
        newest, settled = int(bookmark["modified_ms"]), int(bookmark["settled_ms"])
        return max(newest - self._lookback_ms, min(newest, settled))  # (2) (3)

    @property
    def _lookback_ms(self) -> int:
        return int(self.hubspot.config["lookback_seconds"]) * 1000

    def _settled_ms(self, begun: float) -> int:
        """Return what the index had for certain when reading began, by HubSpot's clock.

        A clock of ours that is ahead of it would trust the index too early; one that is behind would
        never trust it, and read the last changes again with every run.
        """
        ahead = self.hubspot.clock_ahead()
        return int((begun - ahead) * 1000) - self._lookback_ms

    def _asked(self) -> list[str]:
        return [sweep.MODIFIED] if self._wide else self.hubspot.wanted

    @property
    def _wide(self) -> bool:
        return len(",".join(self.hubspot.wanted)) > LONGEST_QUERY

    def _complete(self, found: Iterator[Body]) -> Iterator[Body]:
        """Yield the records with all their properties, which may be too many for a search."""
        if not self._wide:
            yield from map(self.shape, found)
            return
        ids: list[str] = []
        for contact in found:
            ids.append(str(contact["id"]))
            if len(ids) == BATCH:
                yield from map(self.shape, self.hubspot.client.read(ids, self.hubspot.wanted))
                ids = []
        yield from map(self.shape, self.hubspot.client.read(ids, self.hubspot.wanted))


class CrmSnapshots(HubSpotStream):
    """One record: how many contacts carry a row id, which shows deletions without webhooks."""

    primary_keys = ("side", "object")

    def __init__(self, tap: TapHubspotCrm) -> None:
        super().__init__(tap, schemas.CRM_SNAPSHOTS, "crm_snapshots")

    def get_records(self, context: Context) -> Iterable[Body]:
        """Yield the count."""
        tap = self.hubspot
        facts = tap.account_facts()
        total = sweep.linked_total(tap.search, ROW_ID) if ROW_ID in facts.properties else 0
        used, allowed = tap.client.usage or (None, None)
        yield {
            "side": SIDE,
            "object": CONTACTS,
            "portal_id": facts.portal_id,
            "linked_total": total,
            "calls_used": used,
            "calls_allowed": allowed,
            "read_at": tap.now().isoformat(),
        }


class WantedContacts(HubSpotStream):
    """The contacts the look-ups file leads to, each once; the answers go to `lookups`."""

    primary_keys = ("id",)

    def __init__(self, tap: TapHubspotCrm) -> None:
        super().__init__(tap, tap.contact_schema(), CONTACTS)

    def get_records(self, context: Context) -> Iterable[Body]:
        """Yield the records found."""
        tap = self.hubspot
        seen: set[str] = set()
        tap.answers.clear()
        disputed = [] if tap.flat else tap.lookups_wanted()["history_of"]
        for contact in tap.client.histories(disputed, tap.wanted, tap.watched):
            seen.add(contact["id"])
            yield {**self.shape(contact), "history": history(contact, ROW_ID)}
        for answer, found in self._ask():
            tap.answers.append(answer)
            for contact in found:
                if contact["id"] not in seen:
                    seen.add(contact["id"])
                    yield self.shape(contact)

    def _ask(self) -> Iterator[lookups.Found]:
        tap = self.hubspot
        wanted = tap.lookups_wanted()
        ids = [*wanted["ids"], *wanted["verify_ids"], *wanted["suspect_ids"]]
        if ids:
            gone = frozenset(wanted["known_gone"]) - {*wanted["ids"], *wanted["suspect_ids"]}
            yield from lookups.by_ids(tap.client, ids, tap.wanted, gone)
        for kind, name in (("external_id", ROW_ID), ("email", "email")):
            values = wanted[f"{kind}s"]
            yield from lookups.by_value(tap.client, kind, name, values, tap.wanted)


class Lookups(HubSpotStream):
    """The answers to the questions of the look-ups file."""

    primary_keys = ("side", "object", "kind", "key")

    def __init__(self, tap: TapHubspotCrm) -> None:
        super().__init__(tap, schemas.LOOKUPS, "lookups")

    def get_records(self, context: Context) -> Iterable[Body]:
        """Yield the answers the contacts stream came by, then those about what was told."""
        for answer in (*self.hubspot.answers, *self._about_told()):
            found = asdict(answer)
            found["record_ids"] = list(answer.record_ids)
            yield {"side": SIDE, **found, "at": self.hubspot.vendor_now().isoformat()}

    def _about_told(self) -> Iterator[lookups.Answer]:
        tap = self.hubspot
        wanted = tap.told_wanted()
        yield from told.companies_by_host(tap.client, wanted["companies", "hosts"])
        for obj in ("companies", "deals"):
            yield from told.by_key(tap.client, obj, wanted[obj, "events"])
        people = wanted["emails", "told_of"]
        if people:
            yield from told.told_of(tap.client, people, keyed=tap.emails_carry_keys())
