"""Singer target that stages what each side shows; it decides nothing."""

from __future__ import annotations
