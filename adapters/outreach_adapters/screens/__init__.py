"""Our own tabs in the spreadsheet's terms: read from cells, and put into requests."""

from __future__ import annotations
