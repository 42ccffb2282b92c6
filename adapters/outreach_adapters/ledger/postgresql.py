"""Reaches a PostgreSQL database, or says in one sentence why not.

The rule: what is told names neither host nor user; both stand in the setting that is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError

from outreach_core.errors import ConfigError, Retriable


def postgresql_engine(url: str, **options: Any) -> Engine:
    """Return an engine for a PostgreSQL URL.

    Raises:
        ConfigError: ``ledger_driver``; its driver is not installed here.
    """
    try:
        return create_engine(url, **options)
    except ModuleNotFoundError:
        raise ConfigError(
            "The driver for PostgreSQL is not installed in this plugin's environment.",
            code="ledger_driver",
            remedy="Install outreach-adapters with its extra `postgres`, or `psycopg[binary]`.",
            setting="ledger_url",
        ) from None


@contextmanager
def reached() -> Iterator[None]:
    """Tell a database that cannot be reached from one that answers.

    Raises:
        Retriable: ``ledger_unreachable``; it does not answer, or refuses the user.
    """
    try:
        yield
    except OperationalError:
        raise Retriable(
            "The ledger's database cannot be reached.",
            code="ledger_unreachable",
            remedy="Check that it runs, and that `ledger_url` names it and a user it knows.",
        ) from None
