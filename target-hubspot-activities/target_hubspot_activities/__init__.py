"""Singer target for HubSpot; nothing is reported done that was not confirmed."""

from __future__ import annotations
