"""What every target of ours shares: it checkpoints on STATE and never acknowledges what was not written."""

from __future__ import annotations
