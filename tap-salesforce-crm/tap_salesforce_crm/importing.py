"""What an import asks for: the people themselves, and one record that says who they are and who was left out.

Rule: the same criteria bring the same people in the same order, those made first before the others. A lead that
was converted is nobody's draft: its contact is, where contacts are asked for. No bookmark is kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from outreach_adapters.salesforce import account, composite, soql
from outreach_adapters.salesforce.account import LEAD
from outreach_adapters.salesforce.reading import (
    CONVERTED,
    CREATED,
    ID,
    Reading,
    moment_of,
    value_of,
)
from outreach_adapters.salesforce.sweep import Found
from outreach_core.errors import ConfigError, OutreachError, Skippable
from tap_salesforce_crm import conditions, criteria, schemas
from tap_salesforce_crm.streams import SIDE, Context, RecordStream, SalesforceStream
from tap_salesforce_crm.wanted import OBJECTS, STREAMS

if TYPE_CHECKING:
    from tap_salesforce_crm.tap import TapSalesforceCrm

Body = dict[str, Any]
IMPORTABLE = ("leads", "contacts")
_REF = "people"
_ORDER = (CREATED, ID)
# a spreadsheet holds 10 million cells, and a row of ours has some thirty
# https://support.google.com/drive/answer/37603
MOST = 100_000


@dataclass(frozen=True, slots=True)
class Asked:
    """The settings of an import, read but not yet compared with the org."""

    of: str
    groups: criteria.Groups
    limit: int | None

    @classmethod
    def by(cls, config: Mapping[str, Any]) -> Asked:
        """Read the settings.

        Raises:
            ConfigError: ``no_criteria``, ``bad_criteria`` or ``bad_limit``.
        """
        given = config.get("import_criteria")
        if not given:
            raise ConfigError(
                "It is not said whom to import.",
                code="no_criteria",
                remedy="Set `import_criteria` (OUTREACH_IMPORT_CRITERIA), such as "
                f"{criteria.EXAMPLE}",
            )
        limit = config.get("import_limit")
        if limit is not None and int(limit) < 1:
            raise ConfigError(
                "`import_limit` is below 1.", code="bad_limit", remedy="Leave it out for no limit."
            )
        of = OBJECTS[str(config.get("import_object") or IMPORTABLE[0])]
        return cls(of, criteria.parse(given), int(limit) if limit is not None else None)

    def fingerprint(self) -> str:
        """Return what tells one import from another."""
        said = [self.of, criteria.as_json(self.groups), self.limit]
        text = json.dumps(said, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(slots=True)
class Met:
    """What the stream of people came by, for the record that follows it."""

    record_ids: tuple[str, ...] = ()
    without_email: int = 0
    left_out: int = 0


class ImportedRecords(RecordStream):
    """The leads, or the contacts, asked for that have an e-mail address."""

    def get_records(self, context: Context) -> Iterable[Body]:
        """Yield them, the first up to the limit; none of an object that was not asked for."""
        tap = self.salesforce
        asked = Asked.by(tap.config)
        if asked.of != self.of:
            return
        met = tap.met = Met()
        query = _People(tap, asked)
        kept: list[str] = []
        read = 0
        for row in query.rows():
            if len(kept) == asked.limit:
                break
            read += 1
            if str(value_of(row, tap.address_field(self.of)) or "").strip():
                kept.append(str(row[ID]))
                yield self.shape(Found(row))
            else:
                met.without_email += 1
        met.record_ids = tuple(kept)
        met.left_out = max(query.total - read, 0)


class Imports(SalesforceStream):
    """One record: whom the import is about."""

    primary_keys = ("side", "object")

    def __init__(self, tap: TapSalesforceCrm) -> None:
        super().__init__(tap, schemas.IMPORTS, "imports")

    def get_records(self, context: Context) -> Iterable[Body]:
        """Yield the record; the people were read before."""
        asked, met = Asked.by(self.salesforce.config), self.salesforce.met
        yield {
            "side": SIDE,
            "object": STREAMS[asked.of],
            "criteria": asked.fingerprint(),
            "record_ids": list(met.record_ids),
            "without_email": met.without_email,
            "left_out": met.left_out,
            "read_at": self.salesforce.now().isoformat(),
        }


class _People:
    """Everybody who fits, in the order they were made.

    Attributes:
        total: How many they were when they were first asked for.
    """

    def __init__(self, tap: TapSalesforceCrm, asked: Asked) -> None:
        fields = account.described(tap.described, asked.of)
        if not fields:
            raise ConfigError(
                f"The integration user may not see the object {asked.of}.",
                code="missing_object",
                remedy="Give it read access in a permission set.",
            )
        if tap.wanted.mapped:
            account.check_row_id(tap.org_facts(), asked.of)
        self._where = [conditions.condition(asked.groups, asked.of, fields)]
        if asked.of == LEAD:
            self._where.append(soql.is_flag(CONVERTED, on=False))
        self._limit = asked.limit
        self._reading: Reading = tap.reading(asked.of)
        self.total = 0

    def rows(self) -> Iterator[Body]:
        """Yield them; where a page is gone meanwhile, go on behind the last one."""
        answer = self._ask()
        self.total = int(answer.get("totalSize") or 0)
        if min(self.total, self._limit or self.total) > MOST:
            raise ConfigError(
                f"More than {MOST:,} records fit: a sheet cannot hold so many.",
                code="too_many_records",
                remedy="Narrow the criteria.",
            )
        while True:
            last: Body | None = None
            try:
                for row in self._reading.rows(answer):
                    last = row
                    yield row
            except Skippable as error:
                if error.code != "cursor_gone" or last is None:
                    raise
            else:
                return
            answer = self._ask(last)

    def _ask(self, last: Body | None = None) -> Body:
        moment = moment_of(last[CREATED]) if last else None
        behind = [soql.behind(CREATED, moment, last[ID])] if last and moment else []
        query = self._reading.select(*self._where, *behind, order=_ORDER)
        if soql.size(query) > soql.LONGEST_QUERY:
            raise criteria.bad(
                "The criteria are longer than a query of Salesforce may be.",
                "Use fewer filters or values.",
            )
        answer = self._reading.client.ask([composite.query(_REF, query)])[_REF]
        if not isinstance(answer, OutreachError):
            return answer
        if isinstance(answer, Skippable):
            raise ConfigError(answer.message, code="query_refused") from answer
        raise answer
