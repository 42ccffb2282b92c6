"""Google as one service on one port."""

from __future__ import annotations

from typing import Any

from outreach_sandbox.kernel.clock import Clock
from outreach_sandbox.kernel.randomness import Seeded
from outreach_sandbox.kernel.service import NotBuiltService


class GoogleService(NotBuiltService):
    """Placeholder until the emulator is in."""

    def __init__(self, clock: Clock, seeded: Seeded, switches: dict[str, Any]) -> None:
        super().__init__("google")
