"""Singer inline mapper over the core's field rules; it never holds a record past a STATE."""

from __future__ import annotations
