"""One org: its objects, records, rules, and who is signed in.

The one rule: every change happens inside `transaction`, which puts everything back on an error.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from outreach_sandbox.salesforce.ids import Ids, to_18
from outreach_sandbox.salesforce.schema import ObjectType, standard_types
from outreach_sandbox.salesforce.store import Change, Record, Table
from outreach_sandbox.salesforce.wire import not_found, stamp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from random import Random

    from outreach_sandbox.kernel.clock import Clock
    from outreach_sandbox.kernel.randomness import Seeded
    from outreach_sandbox.salesforce.rules import DuplicateRule, ValidationRule
    from outreach_sandbox.salesforce.switches import Switches

BIN_DAYS = 15


@dataclass
class Org:
    """What a reset replaces."""

    clock: Clock
    seeded: Seeded
    switches: Switches
    types: dict[str, ObjectType] = field(default_factory=standard_types)
    tables: dict[str, Table] = field(default_factory=dict)
    validation_rules: list[ValidationRule] = field(default_factory=list)
    duplicate_rules: list[DuplicateRule] = field(default_factory=list)
    locks: dict[str, int] = field(default_factory=dict)
    purged: set[str] = field(default_factory=set)
    settings: dict[str, Any] = field(default_factory=dict)
    package: list[dict[str, Any]] = field(default_factory=list)
    org_id: str = ""
    user_id: str = ""
    person_id: str = ""
    moment: datetime | None = None

    def __post_init__(self) -> None:
        self.ids = Ids(self.rng("ids"))
        self.set_up = self.clock.now().replace(microsecond=0)
        # a table knows every field; `types` is what this user may see of them
        self.tables = {kind.name: Table(kind) for kind in standard_types().values()}

    def rng(self, purpose: str) -> Random:
        """This vendor's generator for a purpose."""
        return self.seeded.rng(f"salesforce.{purpose}")

    def now(self) -> datetime:
        """The present moment, or the one a bulk job ran at."""
        return self.moment or self.clock.now()

    def set_up_now(self) -> None:
        """Somebody changed how the org is set up: descriptions are new from here on."""
        self.set_up = self.clock.now().replace(microsecond=0)

    def stamp(self) -> str:
        """The present moment as it is stored and shown."""
        return stamp(self.now())

    @contextlib.contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Act as if it were this moment."""
        before, self.moment = self.moment, moment
        try:
            yield
        finally:
            self.moment = before

    def type_named(self, name: str) -> ObjectType:
        """The object of this name, whatever its case; 404 otherwise."""
        kind = self.types.get(name.lower())
        if kind is None:
            raise not_found()
        return kind

    def table(self, kind: ObjectType) -> Table:
        """The records of an object."""
        return self.tables[kind.name]

    def whole_type(self, name: str) -> ObjectType:
        """An object with the fields this user may not see."""
        return self.tables[self.type_named(name).name].type

    def by_id(self, text: Any) -> tuple[Table, Record] | None:
        """The record behind an id of any object, deleted ones too."""
        record_id = to_18(str(text)) if text else None
        if record_id is None:
            return None
        for table in self.tables.values():
            if record_id in table.records and record_id.startswith(table.type.prefix):
                return table, table.records[record_id]
        return None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Rollback]:
        """All or nothing: an error, or asking for it, puts every record back."""
        outer = next(iter(self.tables.values())).undo
        log: list[Change] = []
        self._set_undo(log)
        rollback = Rollback()
        try:
            yield rollback
        except BaseException:
            rollback.asked = True
            raise
        finally:
            self._set_undo(None)
            if rollback.asked:
                for change in reversed(log):
                    change.table.take_back(change)
            elif outer is not None:
                outer.extend(log)
            self._set_undo(outer)

    def _set_undo(self, log: list[Change] | None) -> None:
        for table in self.tables.values():
            table.undo = log


@dataclass
class Rollback:
    """Set `asked` to undo a transaction without an error."""

    asked: bool = False
