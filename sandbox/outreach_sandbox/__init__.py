"""The vendors on loopback: an independent witness that imports nothing of the project."""

from __future__ import annotations
