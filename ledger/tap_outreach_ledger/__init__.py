"""Singer tap over the open intents of the newest approved plan; it holds no bookmark."""

from __future__ import annotations
