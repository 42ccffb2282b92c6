"""Which connection a plugin's settings name, if any.

Rule: a connection and other credentials beside it are an error, not a choice: whoever connected an
account and forgot an old token would work in the wrong one. In the sandbox both may stand in `.env`
for production, and neither is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outreach_adapters.auth.connections import Connection, Service
from outreach_adapters.auth.store import ConnectionStore, ConnectionTokens
from outreach_adapters.environment import SANDBOX
from outreach_core.errors import ConfigError


@dataclass(frozen=True)
class Chosen:
    """A connection, and the keeper of its token."""

    connection: Connection
    kept: ConnectionTokens

    @property
    def remedy(self) -> str:
        """What a person does when the vendor refuses it."""
        return f"Connect the account again: {self.connection.again}"


def chosen(
    config: Mapping[str, Any], service: Service, credentials: Sequence[str]
) -> Chosen | None:
    """Return the connection that the settings name.

    | # | settings | outcome |
    |---|---|---|
    | 1 | ``connection`` is blank | none |
    | 2 | there is no such connection in the sandbox | none: dummies are used |
    | 3 | credentials stand beside it | `ConfigError` two_credentials |
    | 4 | there is no such connection | `ConfigError` no_connection |
    | 5 | it is another service's | `ConfigError` other_service |
    | 6 | else | that one |

    Args:
        config: ``outreach_environment``, ``connection``, ``connections_file`` and the credentials.
        service: Whose plugin it is.
        credentials: The settings that would let us in without a connection.
    """
    name = str(config.get("connection") or "")
    if not name:  # (1)
        return None
    environment = str(config.get("outreach_environment") or "prod")
    store = store_of(config)
    found = store.find(environment, name)
    if environment == SANDBOX and found is None:  # (2)
        return None
    beside = [setting for setting in credentials if config.get(setting)]
    if environment != SANDBOX and beside:  # (3)
        raise _two(name, beside)
    if found is None:  # (4)
        raise _missing(name, service)
    if found.service is not service:  # (5)
        raise _other(found, service)
    return Chosen(found, ConnectionTokens(store, environment, name))  # (6)


def store_of(config: Mapping[str, Any]) -> ConnectionStore:
    """Return the store that ``connections_file`` names.

    Raises:
        ConfigError: ``connections_file``; it is not set.
    """
    path = str(config.get("connections_file") or "")
    if not path:
        raise ConfigError(
            "Nothing says where connections are kept.",
            code="connections_file",
            remedy="Set `connections_file` to the file that `outreach connect` writes.",
            setting="connections_file",
        )
    return ConnectionStore(Path(path))


def _two(name: str, beside: Sequence[str]) -> ConfigError:
    told = ", ".join(f"`{setting}`" for setting in beside)
    return ConfigError(
        f"The connection {name} is set, and so are other credentials: {told}.",
        code="two_credentials",
        remedy="Remove the one you do not mean.",
        setting="connection",
    )


def _missing(name: str, service: Service) -> ConfigError:
    return ConfigError(
        f"There is no connection {name}.",
        code="no_connection",
        remedy=f"Make it with `outreach connect {service.value} --name {name}`, or see "
        "`outreach connect status`.",
        setting="connection",
    )


def _other(found: Connection, service: Service) -> ConfigError:
    return ConfigError(
        f"The connection {found.name} leads to {found.service.called}, not to {service.called}.",
        code="other_service",
        remedy="Name another one; `outreach connect status` lists them.",
        setting="connection",
    )
