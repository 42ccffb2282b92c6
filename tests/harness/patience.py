"""How long plugins that are forked from a test wait before they try again."""

from __future__ import annotations

from functools import partial

import pytest

import outreach_adapters.http.retry


def retry_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let them wait a moment, and no longer; how often they try stays as it is."""
    quick = partial(outreach_adapters.http.retry.RetryPolicy, base=0.01)
    monkeypatch.setattr(outreach_adapters.http.retry, "RetryPolicy", quick)
