"""The people's command; each verb is a thin shell over an adapter."""

from __future__ import annotations
