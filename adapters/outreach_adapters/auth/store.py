"""The file of connected accounts, and the one way their tokens are renewed.

The rule: whoever changes it holds its lock and has read it anew under that lock; a refresh token that
replaces another one is on the disk before anything that came with it is used.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from outreach_adapters.auth import private_file
from outreach_adapters.auth.connections import Connection, checked_name, from_json
from outreach_core.errors import ConfigError

VERSION = 1
OTHERS = 0o077


@dataclass(frozen=True)
class ConnectionStore:
    """Connections by environment and name: a sandbox's never takes the place of a real one."""

    path: Path

    def every(self, environment: str) -> tuple[Connection, ...]:
        """Return those of an environment, by name.

        Raises:
            ConfigError: ``connections_file``; the file cannot be read, or others may read it too.
        """
        found = [one for one in self._read() if one.environment == environment]
        return tuple(sorted(found, key=lambda one: one.name))

    def find(self, environment: str, name: str) -> Connection | None:
        """Return the one of this name, if there is one."""
        return next((one for one in self.every(environment) if one.name == name), None)

    def put(self, connection: Connection) -> None:
        """Keep a connection in the place of the one of the same name."""
        checked_name(connection.name)
        with self.alone(connection.environment, connection.name), self._changing() as kept:
            kept[connection.environment, connection.name] = connection

    def forget(
        self,
        environment: str,
        name: str,
        first: Callable[[Connection], None] = lambda _connection: None,
    ) -> bool:
        """Forget a connection, after telling it to `first`; return whether there was one.

        Its token cannot be exchanged in between, so that the newest one is what `first` is told.
        """
        with self.alone(environment, name):
            found = self.find(environment, name)
            if found is None:
                return False
            first(found)
            with self._changing() as kept:
                kept.pop((environment, name), None)
        return True

    @contextlib.contextmanager
    def alone(self, environment: str, name: str) -> Iterator[None]:
        """Hold off every other program that would exchange this connection's token.

        Raises:
            ConfigError: ``connections_file``; the folder cannot be written to.
        """
        with self._locked(f".{environment}.{checked_name(name)}.lock"):
            yield

    def renew(self, environment: str, name: str, token: str) -> None:
        """Keep another refresh token; for whoever holds ``alone``."""
        with self._changing() as kept:
            present = kept.get((environment, name))
            if present is not None:
                kept[environment, name] = replace(present, refresh_token=token)

    @contextlib.contextmanager
    def _changing(self) -> Iterator[dict[tuple[str, str], Connection]]:
        with self._locked(".lock"):
            before = self._read()
            kept = {(one.environment, one.name): one for one in before}
            yield kept
            if tuple(kept.values()) != before:
                self._write(kept.values())

    @contextlib.contextmanager
    def _locked(self, end: str) -> Iterator[None]:
        with contextlib.ExitStack() as held:
            try:
                held.enter_context(private_file.alone(private_file.beside(self.path, end)))
            except OSError as error:
                raise _unwritable(error) from None
            yield

    def _read(self) -> tuple[Connection, ...]:
        try:
            mode = self.path.stat().st_mode
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ()
        except (OSError, UnicodeDecodeError):
            raise _unreadable("cannot be read") from None
        if mode & OTHERS:
            raise _unreadable("can be read by others", "Make it yours alone: chmod 600.")
        try:
            return _connections(json.loads(text))
        except (AttributeError, KeyError, TypeError, ValueError):
            raise _unreadable("holds no connections") from None

    def _write(self, connections: Any) -> None:
        told = {"version": VERSION, "connections": [one.to_json() for one in connections]}
        try:
            private_file.replace(self.path, json.dumps(told, indent=1))
        except OSError as error:
            raise _unwritable(error) from None


@dataclass(frozen=True)
class ConnectionTokens:
    """Keeps the refresh token of one connection (a ``TokenKeeper``)."""

    store: ConnectionStore
    environment: str
    name: str

    def alone(self) -> contextlib.AbstractContextManager[None]:
        """Hold off every other program that would exchange this connection's token."""
        return self.store.alone(self.environment, self.name)

    def newest(self, given: str) -> str:
        """Return the token in the store, read anew.

        Raises:
            ConfigError: ``no_connection``; it was revoked meanwhile.
        """
        found = self.store.find(self.environment, self.name)
        if found is None:
            raise ConfigError(
                f"The connection {self.name} is no longer there.",
                code="no_connection",
                remedy="Connect the account again: outreach connect.",
            )
        return found.refresh_token

    def keep(self, given: str, token: str) -> None:
        """Replace the token in the store; it is on the disk when this returns."""
        self.store.renew(self.environment, self.name, token)


def _connections(told: Any) -> tuple[Connection, ...]:
    if told["version"] != VERSION:
        raise ValueError("of another version")
    return tuple(from_json(one) for one in told["connections"])


def _unreadable(what: str, remedy: str = "") -> ConfigError:
    return ConfigError(
        f"The file of connections {what}.",
        code="connections_file",
        remedy=remedy or "Move it away and connect the accounts again: outreach connect.",
        setting="connections_file",
    )


def _unwritable(error: OSError) -> ConfigError:
    return ConfigError(
        f"The file of connections cannot be written ({error.strerror}).",
        code="connections_file",
        remedy="Set `connections_file` to a file in a folder that can be written to.",
        setting="connections_file",
    )
