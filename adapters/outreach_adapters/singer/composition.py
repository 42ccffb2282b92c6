"""The one place where a plugin's clock, randomness and sleep come from.

The rule: plugins read them as class attributes, so that a test sets its own on a subclass.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime

from outreach_adapters.identifiers import new_id, utc_now


class Surroundings:
    """What a plugin may not reach for by itself."""

    now: Callable[[], datetime] = staticmethod(utc_now)
    new_id: Callable[[], str] = staticmethod(new_id)
    sleep: Callable[[float], None] = staticmethod(time.sleep)
    rng: random.Random = random.SystemRandom()
