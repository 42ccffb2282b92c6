"""Everything one running sandbox consists of.

Rule: `reset` brings clock, randomness, journal, faults, switches and every vendor back together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outreach_sandbox import seeds
from outreach_sandbox.google.service import GoogleService
from outreach_sandbox.hubspot.service import HubSpotService
from outreach_sandbox.kernel.clock import Clock
from outreach_sandbox.kernel.dispatch import Dispatcher
from outreach_sandbox.kernel.faults import FaultQueue
from outreach_sandbox.kernel.journal import Journal
from outreach_sandbox.kernel.moments import Moments
from outreach_sandbox.kernel.randomness import Seeded
from outreach_sandbox.kernel.service import BadDoorCall
from outreach_sandbox.kernel.wire import Refused
from outreach_sandbox.salesforce.service import SalesforceService

if TYPE_CHECKING:
    from outreach_sandbox.kernel.service import Service

VENDORS = ("google", "hubspot", "salesforce")


class World:
    """Clock, randomness, journal, faults and the vendors."""

    def __init__(
        self,
        *,
        seed: str | dict[str, Any] = "empty",
        clock: Clock | None = None,
        random_seed: int | str = 0,
        switches: dict[str, Any] | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.seeded = Seeded(random_seed)
        self.journal = Journal()
        self.faults = FaultQueue()
        self.switches: dict[str, Any] = {}
        self._own_switches = dict(switches or {})
        self.services: dict[str, Service] = {
            "google": GoogleService(self.clock, self.seeded, self.switches),
            "hubspot": HubSpotService(self.clock, self.seeded, self.switches),
            "salesforce": SalesforceService(self.clock, self.seeded, self.switches),
        }
        self.moments = Moments(self.services, self.clock, self.seeded, self.switches)
        self.first_seed = seed
        self.reset(seed)

    def dispatcher(self, vendor: str) -> Dispatcher:
        """The app maker of one vendor."""
        service = self.services[vendor]
        return Dispatcher(service, self.clock, self.journal, self.faults, self.walk)

    def walk(self, vendor: str, door: str, body: dict[str, Any]) -> str:
        """Let a person walk through a door; return why it was refused, if it was."""
        try:
            self.services[vendor].people()[door](body)
        except (BadDoorCall, KeyError, IndexError, TypeError, ValueError) as error:
            return f"{type(error).__name__}: {error}"
        except Refused as refused:
            return str(refused.reply.body)
        return ""

    def reset(self, seed: str | dict[str, Any]) -> None:
        """Start again from this seed; switches given at start win over the seed's."""
        loaded = seeds.load(seed)
        self.clock.rewind()
        self.seeded.restart()
        self.journal.clear()
        self.faults.clear()
        self.switches.clear()
        self.switches.update({**loaded.get("switches", {}), **self._own_switches})
        for vendor, service in self.services.items():
            service.reset(loaded.get(vendor, {}))
