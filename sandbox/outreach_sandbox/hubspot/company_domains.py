"""Which companies have a domain, so that nobody has to look through all of them.

The one rule: an entry follows every write to a company, whoever wrote it.

https://knowledge.hubspot.com/records/automatically-create-and-associate-companies-with-contacts
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from outreach_sandbox.hubspot.store import ObjectStore

# a company's own domain, and those of companies merged into it or added by hand
PROPERTIES = ("domain", "hs_additional_domains")


def bare(text: str) -> str:
    """The domain of an address of the web, without www."""
    host = text.strip().lower().rpartition("://")[2].partition("/")[0].partition(":")[0]
    return host.removeprefix("www.")


@dataclass
class CompanyDomains:
    """Live companies by domain; `built` once somebody asked."""

    by_domain: dict[str, set[int]] = field(default_factory=dict)
    of: dict[int, frozenset[str]] = field(default_factory=dict)
    built: bool = False

    def oldest(self, store: ObjectStore, domain: str) -> int | None:
        """The first company that has this domain."""
        if not self.built:
            self.built = True
            for company_id in store.live_ids:
                self.follow(store, company_id)
        return min(self.by_domain.get(domain, ()), default=None)

    def follow(self, store: ObjectStore, company_id: int) -> None:
        """A company was written, went away or came back."""
        if not self.built:
            return
        for domain in self.of.pop(company_id, frozenset()):
            self.by_domain[domain].discard(company_id)
        record = store.records.get(company_id)
        if record is None or not record.live:
            return
        texts = (record.properties.get(name) or "" for name in PROPERTIES)
        found = frozenset(d.strip().lower() for text in texts for d in text.split(";") if d.strip())
        self.of[company_id] = found
        for domain in found:
            self.by_domain.setdefault(domain, set()).add(company_id)
