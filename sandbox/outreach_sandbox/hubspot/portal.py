"""One HubSpot account: its object types, their records, what is due.

The one rule: `now()` is asked once per request and settles what is due before it answers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from outreach_sandbox.hubspot import (
    automatic_companies,
    calculated,
    following_stages,
    pipelines,
)
from outreach_sandbox.hubspot.activities import CALLS, EMAILS, MEETINGS, NOTES, TASKS
from outreach_sandbox.hubspot.companies import COMPANIES
from outreach_sandbox.hubspot.company_domains import CompanyDomains
from outreach_sandbox.hubspot.contacts import CONTACTS
from outreach_sandbox.hubspot.deals import DEALS
from outreach_sandbox.hubspot.index import SearchIndex
from outreach_sandbox.hubspot.links import Links, LinkType
from outreach_sandbox.hubspot.objects import ObjectType, registered
from outreach_sandbox.hubspot.store import ObjectStore, Source
from outreach_sandbox.hubspot.tickets import TICKETS
from outreach_sandbox.hubspot.timeline import Timeline
from outreach_sandbox.hubspot.wire import to_ms

if TYPE_CHECKING:
    from outreach_sandbox.hubspot.lists import RecordList
    from outreach_sandbox.hubspot.owners import Owner
    from outreach_sandbox.hubspot.schema import Schema
    from outreach_sandbox.hubspot.switches import Switches
    from outreach_sandbox.kernel.clock import Clock
    from outreach_sandbox.kernel.randomness import Seeded

# (type of association, from, to, when)
LinkListener = Callable[[LinkType, int, int, int], None]
REGISTERED = (CONTACTS, COMPANIES, DEALS, TICKETS, EMAILS, NOTES, TASKS, CALLS, MEETINGS)


@dataclass
class Kind:
    """One object type with its schema, records, index and timeline."""

    type: ObjectType
    schema: Schema
    store: ObjectStore
    index: SearchIndex
    timeline: Timeline
    unique_allowed: bool = True
    blocked_keys: set[str] = field(default_factory=set)

    @property
    def label(self) -> str:
        """How messages call the type."""
        return self.type.label


@dataclass
class Portal:
    """The account and everything in it."""

    clock: Clock
    seeded: Seeded
    switches: Switches
    id: int = 8_675_309
    app_id: int = 19_083_857
    account: dict[str, Any] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)
    links: Links = field(default_factory=Links)
    pipelines: dict[str, list[pipelines.Pipeline]] = field(default_factory=dict)
    owners: list[Owner] = field(default_factory=list)
    missing_scopes: frozenset[str] = frozenset()
    domains_tried: dict[int, str] = field(default_factory=dict)
    company_domains: CompanyDomains = field(default_factory=CompanyDomains)
    lists: dict[int, RecordList] = field(default_factory=dict)
    last_list: int = 0
    expected: dict[tuple[str, int], int] = field(default_factory=dict)
    stages_seen: dict[tuple[str, int], str] = field(default_factory=dict)
    link_listeners: list[LinkListener] = field(default_factory=list)

    def kind(self, spelling: str) -> Kind:
        """The object type behind a path segment."""
        return registered(self.kinds, spelling)

    def now(self) -> int:
        """The present in milliseconds, with everything done that is due."""
        now_ms = to_ms(self.clock.now())
        while any(kind.timeline.due(now_ms) for kind in self.kinds.values()):
            for kind in self.kinds.values():  # what one object type does may be due for another
                kind.timeline.settle(now_ms)
        return now_ms

    def integration(self) -> Source:
        """The source of a write through the API."""
        return Source("INTEGRATION", str(self.app_id))

    def where(self, kind: Kind) -> str:
        """How validation messages name the place."""
        return f"Portal {self.id}, object type {kind.type.type_id}"


def new_portal(clock: Clock, seeded: Seeded, switches: Switches) -> Portal:
    """An account without records."""
    portal = Portal(clock, seeded, switches)
    for object_type in REGISTERED:
        kind = _kind(object_type, seeded)
        portal.kinds[object_type.type_id] = kind
        for heard in (calculated.heard, automatic_companies.heard, following_stages.heard):
            kind.timeline.listeners.append(partial(heard, portal, kind))
        if object_type.contacted is not None:
            kind.unique_allowed = switches.activity_unique_properties
    portal.link_listeners.append(partial(following_stages.linked, portal))
    portal.pipelines[DEALS.type_id] = [pipelines.sales()]
    portal.pipelines[TICKETS.type_id] = [pipelines.support()]
    return portal


def _kind(object_type: ObjectType, seeded: Seeded) -> Kind:
    schema = object_type.schema()
    keys = {name: name for name in schema.unique_names()}
    multiple: set[str] = set()
    if object_type.natural_key and object_type.additional_keys:
        keys[object_type.additional_keys] = object_type.natural_key
        multiple.add(object_type.additional_keys)
    store = ObjectStore(
        keys=keys,
        multiple=frozenset(multiple),
        folded=frozenset({object_type.natural_key} if object_type.natural_key else ()),
        ids=seeded.rng(f"hubspot.ids.{object_type.name}"),
    )
    index = SearchIndex(object_type.modified_property)
    lag = seeded.rng(f"hubspot.lag.{object_type.name}")
    bump = seeded.rng(f"hubspot.bump.{object_type.name}") if object_type.bumps else None
    calculating = seeded.rng(f"hubspot.calculating.{object_type.name}")
    return Kind(object_type, schema, store, index, Timeline(store, index, lag, bump, calculating))
