"""A job with every setting resolved: what the warm worker runs, and in which order.

The rule: it is read from `meltano.yml` through Meltano itself; no task is named in our code but the first, which
is told the job's name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

Settings = Mapping[str, Any]
State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plugin:
    """One plugin of a block with its settings."""

    name: str
    executable: str
    config: Settings = field(repr=False)
    catalog: Path | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Tap to target, with a mapping between."""

    tap: Plugin
    mapper: Plugin | None
    target: Plugin
    state_id: str

    @property
    def programs(self) -> Sequence[str]:
        """The command lines this block stands for."""
        return [one.executable for one in (self.tap, self.mapper, self.target) if one is not None]


@dataclass(frozen=True, slots=True)
class Utility:
    """A command of a utility with its arguments and its environment."""

    name: str
    executable: str
    args: tuple[str, ...]
    env: Mapping[str, str] = field(repr=False)

    @property
    def programs(self) -> Sequence[str]:
        """The command line this task stands for."""
        return [self.executable]


Task = Block | Utility


class States(Protocol):
    """Where the state of each pair is kept between runs."""

    def get(self, state_id: str) -> State:
        """Return what was kept, empty if nothing was."""
        ...

    def keep(self, state_id: str, state: State) -> None:
        """Keep a state instead of the one before."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """A job, and where its states are kept."""

    name: str
    tasks: tuple[Task, ...]
    rules_dir: Path
    states: States
