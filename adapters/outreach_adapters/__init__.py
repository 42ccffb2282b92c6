"""Everything that does I/O; it may use the core, and no program may be imported here."""

from __future__ import annotations
