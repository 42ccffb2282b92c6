"""Where access tokens come from; one class per way of getting them."""

from __future__ import annotations
