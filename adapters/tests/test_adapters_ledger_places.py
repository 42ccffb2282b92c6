"""Where a ledger lies, which schemas are refused, who may hold its locks."""

from __future__ import annotations

import contextlib
import multiprocessing
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from outreach_adapters.identifiers import new_id, utc_now
from outreach_adapters.ledger import open_ledger, upgrade
from outreach_adapters.ledger.columns import metadata
from outreach_adapters.ledger.engine import connect
from outreach_adapters.ledger.files import refuse_network, sqlite_path
from outreach_adapters.ledger.hints import Hint
from outreach_adapters.ledger.locks import wait_for_writers, writer_lock
from outreach_core.errors import ConfigError, Retriable
from outreach_core.model import Side


def opened(path: Path) -> None:
    """Open and close the ledger of a file."""
    open_ledger(f"sqlite:///{path}", now=utc_now, new_id=new_id).close()


def test_files_are_private_from_the_start(tmp_path: Path) -> None:
    """The folder is 0700, and the database with all that lies beside it 0600."""
    path = tmp_path / "state" / "ledger.db"
    ledger = open_ledger(f"sqlite:///{path}", now=utc_now, new_id=new_id)
    with writer_lock(f"sqlite:///{path}"):
        modes = {entry.name: entry.stat().st_mode & 0o777 for entry in path.parent.iterdir()}
    ledger.close()

    names = ("ledger.db", "ledger.db-shm", "ledger.db-wal", "ledger.db.lock")
    assert dict.fromkeys(names, 0o600) == modes
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_other_peoples_rights_are_taken_away(tmp_path: Path) -> None:
    """A file others could read is closed to them."""
    path = tmp_path / "ledger.db"
    path.touch(mode=0o644)
    path.chmod(0o644)

    opened(path)

    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "SMB3"])
def test_network_file_systems_are_refused(tmp_path: Path, kind: str) -> None:
    """A ledger on a share is refused, on a disk it is not."""
    refuse_network(tmp_path, lambda _: "ext4")
    with pytest.raises(ConfigError) as refused:
        refuse_network(tmp_path, lambda _: kind)

    assert refused.value.code == "ledger_on_network"


@pytest.mark.parametrize("url", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "mysql://x/y"])
def test_other_urls_are_refused(url: str) -> None:
    """Only a SQLite file and PostgreSQL can be a ledger."""
    with pytest.raises(ConfigError):
        sqlite_path(url)


def test_missing_driver_of_postgresql_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sets a PostgreSQL URL is told what to install."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    for reach in (connect, writer_lock):
        with pytest.raises(ConfigError) as refused:
            reach("postgresql+psycopg://me:hush@127.0.0.1:1/ledger")

        assert refused.value.code == "ledger_driver"
        assert "hush" not in str(refused.value)


def test_unreachable_postgresql_is_worth_another_try() -> None:
    """A database that does not answer is no wrong setting; nothing of its address is told."""
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL is not installed")
    for reach in (connect, writer_lock):
        with pytest.raises(Retriable) as failed:
            reach("postgresql+psycopg://me:hush@127.0.0.1:1/ledger")

        assert failed.value.code == "ledger_unreachable"
        assert not {"hush", "127.0.0.1"} & set(str(failed.value).split())


def _tampered(path: Path, statement: str) -> None:
    opened(path)
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE alembic_version SET version_num = '9999'",
        "DROP TABLE alembic_version",
        "DROP TABLE base",
    ],
    ids=["newer", "unknown", "lacks a table"],
)
def test_schemas_that_are_not_ours_are_refused(tmp_path: Path, statement: str) -> None:
    """A newer, unknown or incomplete schema is refused and not touched."""
    path = tmp_path / "ledger.db"
    _tampered(path, statement)

    with pytest.raises(ConfigError) as refused:
        opened(path)

    assert refused.value.code == "ledger_schema"


def test_damaged_file_is_refused(tmp_path: Path) -> None:
    """A file that is no database is refused and left as it is."""
    path = tmp_path / "ledger.db"
    path.write_bytes(b"not a database, " * 300)
    before = path.read_bytes()

    with pytest.raises(ConfigError):
        opened(path)

    assert before == path.read_bytes()


def test_migrations_make_the_tables_of_the_schema(tmp_path: Path) -> None:
    """What the migrations make is what the code expects: tables, columns, indexes."""
    migrated, expected = tmp_path / "migrated.db", tmp_path / "expected.db"
    opened(migrated)
    engine = create_engine(f"sqlite:///{expected}")
    metadata.create_all(engine)
    engine.dispose()

    assert _shape(expected) == _shape(migrated)


VERSIONS = sorted(p.name[:4] for p in upgrade.VERSIONS.glob("[0-9]*.py"))


def test_the_newest_version_is_the_head() -> None:
    """What counts as current is what the migrations end in."""
    assert upgrade.HEAD == VERSIONS[-1]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_ledger_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path, version: str) -> None:
    """What any version kept is still there, and every table is as the code expects."""
    path, expected = tmp_path / "old.db", tmp_path / "expected.db"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(upgrade.VERSIONS.parent))
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        connection.execute(text("INSERT INTO meta (key, value) VALUES ('generation', 'g-1')"))
        connection.execute(
            text("INSERT INTO row_id (rid, confirmed, present) VALUES ('r1', true, true)")
        )
    engine.dispose()
    opened(path)
    opened(expected)

    ledger = open_ledger(f"sqlite:///{path}", now=utc_now, new_id=new_id)
    given = ledger.plans.planning_input()
    ledger.close()
    assert ("g-1", ["r1"]) == (given.generation, list(given.known_rows))
    assert _shape(expected) == _shape(path)


def _shape(path: Path) -> dict[str, Any]:
    connection = sqlite3.connect(path)
    names = [
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if name != "alembic_version"
    ]
    shape = {name: sorted(connection.execute(f"PRAGMA table_info({name})")) for name in names}
    query = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'index' AND sql NOT NULL"
    shape["indexes"] = sorted(connection.execute(query))
    connection.close()
    return shape


def _hold(url: str, held: Any, let_go: Any) -> None:
    with writer_lock(url):
        held.set()
        let_go.wait(20)


def test_begin_waits_for_writers(tmp_path: Path) -> None:
    """While a writer lives a run may not begin; when it is gone, it may. Writers share."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    context = multiprocessing.get_context("fork")
    held, let_go = context.Event(), context.Event()
    writer = context.Process(target=_hold, args=(url, held, let_go))
    writer.start()
    assert held.wait(20)
    ticks = iter(range(1000))
    with writer_lock(url):
        pass  # a second writer is let in
    with pytest.raises(Retriable) as refused:
        wait_for_writers(url, sleep=lambda _: None, monotonic=lambda: next(ticks), timeout=5)
    let_go.set()
    writer.join(20)

    wait_for_writers(url, sleep=lambda _: None, monotonic=lambda: next(ticks), timeout=5)
    assert refused.value.code == "writers_alive"


def _open_at_once(url: str, start: Any, failures: Any) -> None:
    start.wait()
    try:
        open_ledger(url, now=utc_now, new_id=new_id).close()
    except Exception as error:  # noqa: BLE001 - any failure is what is looked for
        failures.put(repr(error))


def test_new_ledger_may_be_opened_by_many_at_once(tmp_path: Path) -> None:
    """Programs that open a new ledger at the same moment migrate it once."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    context = multiprocessing.get_context("fork")
    start, failures = context.Event(), context.Queue()
    programs = [
        context.Process(target=_open_at_once, args=(url, start, failures)) for _ in range(4)
    ]
    for program in programs:
        program.start()
    start.set()
    for program in programs:
        program.join(30)

    assert [0] * 4 == [program.exitcode for program in programs]
    assert failures.empty()


def test_a_ledger_opened_twice_in_a_process_loses_nothing(tmp_path: Path) -> None:
    """A second opening must not give up the first one's locks: the next to close elsewhere takes its log away."""
    path = tmp_path / "ledger.db"
    first, second = (open_ledger(f"sqlite:///{path}", now=utc_now, new_id=new_id) for _ in range(2))
    first.hints.note([Hint(Side.HUBSPOT, "contacts", "1")])
    elsewhere = multiprocessing.get_context("spawn").Process(target=opened, args=(path,))
    elsewhere.start()
    elsewhere.join()
    first.hints.note([Hint(Side.HUBSPOT, "contacts", "2")])
    with contextlib.closing(sqlite3.connect(path)) as database:
        found = database.execute("SELECT record_id FROM hint ORDER BY 1").fetchall()
    first.close()
    second.close()

    assert [("1",), ("2",)] == found
