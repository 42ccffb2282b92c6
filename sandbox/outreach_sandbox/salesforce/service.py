"""The Salesforce port, kept open so that its address is stable.

Rule: it answers 501 to everything until the emulator is built.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outreach_sandbox.kernel.service import NotBuiltService

if TYPE_CHECKING:
    from outreach_sandbox.kernel.clock import Clock
    from outreach_sandbox.kernel.randomness import Seeded


class SalesforceService(NotBuiltService):
    """Answers 501 to everything."""

    def __init__(self, clock: Clock, seeded: Seeded, switches: dict[str, Any]) -> None:
        super().__init__("salesforce", "Salesforce is not built yet in this sandbox")
