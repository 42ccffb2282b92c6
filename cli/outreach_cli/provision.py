"""Makes in a CRM what the sync needs there. Rule: what is there stays as it is; nothing is removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from outreach_cli.exits import Exit

THERE = "there"
MADE = "made"
MISSING = "missing"
WRONG = "wrong"

WORDS: Mapping[str, str] = {
    THERE: "is there",
    MADE: "made now",
    MISSING: "is missing",
    WRONG: "is there, but not as needed",
}


@dataclass(frozen=True, slots=True)
class Need:
    """One thing the sync needs in the CRM."""

    kind: str
    name: str
    state: str
    detail: str = ""

    def to_json(self) -> dict[str, str]:
        """Return the stable form for scripts."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Needs:
    """All that is needed, and whether it is there."""

    items: tuple[Need, ...]

    @property
    def headline(self) -> str:
        """One sentence for everything."""
        counts = {state: sum(item.state == state for item in self.items) for state in WORDS}
        if counts[WRONG]:
            return f"{counts[WRONG]} not as needed: rename or remove them in HubSpot, then run this again."
        if counts[MISSING]:
            return f"{counts[MISSING]} missing. Make them with: outreach provision hubspot"
        if counts[MADE]:
            return f"{counts[MADE]} made. HubSpot is ready."
        return "HubSpot is ready; nothing had to be made."

    @property
    def exit(self) -> Exit:
        """Clean unless something stands in the way that only a person can remove."""
        return Exit.USAGE if any(item.state == WRONG for item in self.items) else Exit.CLEAN

    def to_json(self) -> dict[str, object]:
        """Return the stable form for scripts."""
        return {"headline": self.headline, "items": [item.to_json() for item in self.items]}
