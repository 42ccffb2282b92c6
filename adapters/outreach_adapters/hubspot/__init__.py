"""HubSpot's API in HubSpot's words; it never imports our model."""

from __future__ import annotations
