"""What the sync needs in a CRM or the sheet. Rule: what is there stays as it is; nothing is removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from outreach_cli.exits import Exit

THERE = "there"
MADE = "made"
MISSING = "missing"
WRONG = "wrong"
LATER = "later"

WORDS: Mapping[str, str] = {
    THERE: "is there",
    MADE: "made now",
    MISSING: "is missing",
    WRONG: "is there, but not as needed",
    LATER: "comes with the first run",
}


@dataclass(frozen=True, slots=True)
class Need:
    """One thing the sync needs there."""

    kind: str
    name: str
    state: str
    detail: str = ""

    def to_json(self) -> dict[str, str]:
        """Return the stable form for scripts."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Crm:
    """What is said of a CRM, and whether a person makes by hand what is missing there."""

    name: str
    ready: str
    missing: str
    wrong: str
    by_hand: bool = False


HUBSPOT = Crm(
    "HubSpot",
    ready="HubSpot is ready; nothing had to be made.",
    missing="Make them with: outreach provision hubspot",
    wrong="rename or remove them in HubSpot, then run this again.",
)
SALESFORCE = Crm(
    "Salesforce",
    ready="Salesforce is ready.",
    missing="Deploy the package in salesforce/, and give the sync's user its permission set.",
    wrong="correct them in Salesforce's Setup as said above.",
    by_hand=True,
)
GOOGLE = Crm(
    "the outreach sheet",
    ready="The sheet is ready.",
    missing="Add them to the tab; the first row holds the headers.",
    wrong="correct it as said above.",
    by_hand=True,
)


@dataclass(frozen=True, slots=True)
class Needs:
    """All that is needed, whether it is there, and what a person does about it."""

    items: tuple[Need, ...]
    crm: Crm = HUBSPOT
    steps: tuple[str, ...] = ()

    @property
    def headline(self) -> str:
        """One sentence for everything."""
        counts = {state: sum(item.state == state for item in self.items) for state in WORDS}
        if counts[WRONG]:
            return f"{counts[WRONG]} not as needed: {self.crm.wrong}"
        if counts[MISSING]:
            return f"{counts[MISSING]} missing. {self.crm.missing}"
        if counts[MADE]:
            return f"{counts[MADE]} made. {self.crm.name} is ready."
        return self.crm.ready

    @property
    def exit(self) -> Exit:
        """Clean unless something is left that only a person can do."""
        left = (WRONG, MISSING) if self.crm.by_hand else (WRONG,)
        return Exit.USAGE if any(item.state in left for item in self.items) else Exit.CLEAN

    def to_json(self) -> dict[str, object]:
        """Return the stable form for scripts."""
        told: dict[str, object] = {
            "headline": self.headline,
            "items": [item.to_json() for item in self.items],
        }
        return told | ({"steps": list(self.steps)} if self.steps else {})
