"""The plan step over the pure merge; it calls no vendor."""

from __future__ import annotations
