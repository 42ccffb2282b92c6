"""Brings a ledger's schema up to date, or refuses it.

The rule: never guess. A newer schema, one we did not make and a file that is no database are refused;
an older one is migrated in one transaction that holds the write lock from its start.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, insert, inspect, select, text
from sqlalchemy.exc import DatabaseError, OperationalError

from outreach_adapters.ledger.columns import metadata
from outreach_adapters.ledger.engine import Store
from outreach_adapters.ledger.schema import meta
from outreach_core.errors import ConfigError

HEAD = "0008"
VERSIONS = Path(__file__).parent / "migrations" / "versions"
GENERATION = "generation"
_VERSION_TABLE = "alembic_version"


def bring_up_to_date(store: Store) -> None:
    """Migrate the ledger to the newest schema.

    Raises:
        ConfigError: ``ledger_schema``; it is not one of ours, or newer than this program.
    """
    try:
        with store.read() as connection:
            if _is_current(connection):
                return
        with store.write() as connection:
            if not _is_current(connection):
                _migrate(connection)
                _found(connection, store)
    except OperationalError:
        raise
    except DatabaseError:
        raise _refusal("is damaged or no database") from None


def _is_current(connection: Connection) -> bool:
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return False
    if _VERSION_TABLE not in tables:
        raise _refusal("was not made by this program")
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if version != HEAD and not any(VERSIONS.glob(f"{version}_*.py")):
        raise _refusal("has a schema this program does not know (it may be newer)")
    if version == HEAD and set(metadata.tables) - tables:
        raise _refusal("lacks tables")
    return bool(version == HEAD)


def _migrate(connection: Connection) -> None:
    # imported here: every plugin opens the ledger, and hardly any has to migrate it
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _found(connection: Connection, store: Store) -> None:
    """Give a new ledger its generation: plans of another one are refused."""
    if connection.execute(select(meta.c.value).where(meta.c.key == GENERATION)).scalar() is None:
        connection.execute(insert(meta).values(key=GENERATION, value=store.new_id()))


def _refusal(why: str) -> ConfigError:
    return ConfigError(
        f"The ledger {why}.",
        code="ledger_schema",
        remedy="Use the version that made it, restore a backup, or start with a new ledger.",
        setting="ledger_url",
    )
