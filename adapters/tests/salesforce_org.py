"""An org in the sandbox and a client of it, for the tests of the Salesforce adapter.

The one rule: what a test needs of an org it names in its own seed.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from outreach_adapters.http.retry import RetryPolicy
from outreach_adapters.salesforce.client import SalesforceClient
from outreach_adapters.salesforce.connect import connect
from outreach_sandbox.kernel.server import Running

KEY = {"name": "Outreach_Id__c", "external_id": True, "unique": True}
KEYS = [{**KEY, "object": of} for of in ("Lead", "Contact", "Opportunity")]
LEAD = {"LastName": "Doe", "Company": "Acme"}


@dataclass
class Org:
    """The org under test, and how a program reaches it."""

    box: Running

    def start(self, switches: dict[str, bool] | None = None, **salesforce: Any) -> None:
        """Begin anew from this seed."""
        fields = [*KEYS, *salesforce.pop("custom_fields", [])]
        seed = {**salesforce, "custom_fields": fields}
        self.box.control.reset({"salesforce": seed, "switches": switches or {}})
        self.box.control.forget_calls()
        self.box.control.forget_faults()

    @property
    def config(self) -> dict[str, Any]:
        """Settings of the sandbox environment."""
        url = self.box.salesforce_url
        return {"outreach_environment": "sandbox", "api_base_url": url, "login_url": url}

    def client(self, **settings: Any) -> SalesforceClient:
        """A client whose waits pass on the sandbox's clock."""
        return connect(
            {**self.config, **settings},
            sleep=self.box.control.advance,
            rng=random.Random(1),
            policy=RetryPolicy(attempts=3),
        )

    def people(self, door: str, **body: Any) -> dict[str, Any]:
        """What a person does."""
        return self.box.control.people("salesforce", door, **body)

    def records(self, of: str = "Lead") -> list[dict[str, Any]]:
        """Every record, as nobody's call sees it."""
        found: list[dict[str, Any]] = self.people("records", object=of)["records"]
        return found

    def fault(self, operation: str, **fault: Any) -> None:
        """Queue one failure."""
        self.box.control.queue_faults({"vendor": "salesforce", "operation": operation, **fault})

    def calls(self) -> list[str]:
        """The operations called since this was last asked, sign-ins excluded."""
        found = [c["operation"] for c in self.box.control.calls() if c["kind"] == "api"]
        self.box.control.forget_calls()
        return found


def lead(**values: Any) -> dict[str, Any]:
    """A record of a collection."""
    return {"attributes": {"type": "Lead"}, **LEAD, **values}
