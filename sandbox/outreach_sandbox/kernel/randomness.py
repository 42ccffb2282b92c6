"""The one source of randomness of the sandbox.

Rule: same seed and same calls give the same trace, so every purpose has its own generator.
"""

from __future__ import annotations

import random


class Seeded:
    """Hands out one stable generator per purpose."""

    def __init__(self, seed: int | str = 0) -> None:
        self.seed = seed
        self._generators: dict[str, random.Random] = {}

    def rng(self, purpose: str) -> random.Random:
        """The generator of this purpose; asking again continues the same sequence."""
        if purpose not in self._generators:
            self._generators[purpose] = random.Random(f"{self.seed}:{purpose}")
        return self._generators[purpose]

    @property
    def sequences(self) -> dict[str, random.Random]:
        """Every sequence that was begun."""
        return self._generators

    def restart(self) -> None:
        """Start every sequence from its beginning (a reset of the whole sandbox)."""
        self._generators.clear()
