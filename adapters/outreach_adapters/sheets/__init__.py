"""Google Sheets and Drive in Google's words; it never imports our model."""

from __future__ import annotations
