"""Moments of the sandbox that one can go back to: a test that needs a story's middle need not tell its start.

Rule: a moment holds what the vendors know, the clock, randomness and the switches; not the journal and the
faults, which belong to whoever is asking. Going back changes nothing in the moment itself.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from outreach_sandbox.kernel.clock import Clock
    from outreach_sandbox.kernel.randomness import Seeded
    from outreach_sandbox.kernel.service import Service


@dataclass(frozen=True)
class Moment:
    """What is copied together, so that what was shared stays shared."""

    contents: Mapping[str, Any]
    sequences: Mapping[str, Random]
    advanced: timedelta
    switches: Mapping[str, Any]


class Moments:
    """The moments that were kept, by name."""

    def __init__(
        self,
        services: Mapping[str, Service],
        clock: Clock,
        seeded: Seeded,
        switches: dict[str, Any],
    ) -> None:
        self._services = services
        self._clock = clock
        self._seeded = seeded
        self._switches = switches
        self._kept: dict[str, Moment] = {}

    def keep(self, name: str) -> None:
        """Keep the present moment under this name."""
        contents = {vendor: service.contents() for vendor, service in self._services.items()}
        present = Moment(contents, self._seeded.sequences, self._clock.advanced, {})
        self._kept[name] = replace(self._copy(present), switches=copy.deepcopy(self._switches))

    def go_back(self, name: str) -> bool:
        """Return to a moment; False where none has that name."""
        if name not in self._kept:
            return False
        moment = self._copy(self._kept[name])
        self._clock.advanced = moment.advanced
        self._seeded.sequences.clear()
        self._seeded.sequences.update(moment.sequences)
        self._switches.clear()
        self._switches.update(moment.switches)
        for vendor, service in self._services.items():
            service.put_back(moment.contents[vendor])
        return True

    def _copy(self, moment: Moment) -> Moment:
        """Copy everything but what lives as long as the sandbox does."""
        lasting: list[Any] = [self._clock, self._seeded, self._switches]
        for service in self._services.values():
            lasting += [service, *service.lasting()]
        return copy.deepcopy(moment, {id(part): part for part in lasting})
