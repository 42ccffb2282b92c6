"""Singer tap over HubSpot's CRM records; it only ever reads."""

from __future__ import annotations
