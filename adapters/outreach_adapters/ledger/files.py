"""Where a SQLite ledger lies: a private file in a private folder, on a disk of this machine.

The rule: a file is made with its final rights, never made and then closed off; the ledger holds
people's data. SQLite's locks do not hold on network file systems (https://www.sqlite.org/wal.html).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import psutil
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from outreach_core.errors import ConfigError

_NETWORK = {
    "afpfs", "cifs", "davfs", "davfs2", "fuse.rclone", "fuse.sshfs", "glusterfs", "lustre", "ncpfs",
    "nfs", "nfs4", "smb3", "smbfs", "webdav",
}  # fmt: skip


def sqlite_path(url: str) -> Path | None:
    """Return the file of a SQLite URL, ``None`` for PostgreSQL.

    Raises:
        ConfigError: ``ledger_url``; the URL is neither, or names no file.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise _bad_url() from None
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        return None
    if backend != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise _bad_url()
    return Path(parsed.database)


def _bad_url() -> ConfigError:
    return ConfigError(
        "The ledger's URL names no SQLite file and no PostgreSQL database.",
        code="ledger_url",
        remedy="Set `ledger_url` to sqlite:///<file> or postgresql+psycopg://<database>.",
        setting="ledger_url",
    )


def make_private(path: Path) -> int:
    """Open a file for reading and writing, made with mode 0600 in a folder of mode 0700."""
    if not path.parent.is_dir():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def file_system_of(path: Path) -> str:
    """Return the type of the file system a path lies on, empty if unknown."""
    resolved = path.resolve()
    mounts = [
        part
        for part in psutil.disk_partitions(all=True)
        if resolved.is_relative_to(part.mountpoint)
    ]
    return max(mounts, key=lambda part: len(part.mountpoint)).fstype if mounts else ""


def refuse_network(path: Path, file_system: Callable[[Path], str] = file_system_of) -> None:
    """Refuse a place where SQLite's locks do not hold.

    Raises:
        ConfigError: ``ledger_on_network``.
    """
    found = file_system(path).lower()
    if found in _NETWORK:
        raise ConfigError(
            f"The ledger's folder is on a network file system ({found}).",
            code="ledger_on_network",
            remedy="Put the ledger on a local disk, or use PostgreSQL.",
            setting="ledger_url",
        )
