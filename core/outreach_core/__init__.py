"""The pure heart: model, mapping and merge; nothing here reads, writes or looks at a clock."""

from __future__ import annotations
