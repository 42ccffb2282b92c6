"""The ledger's tables. ``docs/reference/ledger.md`` says who writes which.

The rule: a change here needs a migration in ``migrations/versions``; a test compares the two. Times are
ISO texts in UTC, so that they sort and compare alike on SQLite and PostgreSQL.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData()


def _json(name: str) -> Column[object]:
    return Column(name, JSON(none_as_null=True))


def _text(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


def _side() -> Column[str]:
    return Column("side", String(16), primary_key=True)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=text("false"))


meta = Table(
    "meta",
    metadata,
    Column("key", String(80), primary_key=True),
    _text("value"),
)

run = Table(
    "run",
    metadata,
    Column("run_id", String(40), primary_key=True),
    _text("job"),
    Column("status", String(16), nullable=False),
    Column("started_at", String(40), nullable=False),
    Column("renewed_at", String(40), nullable=False),
    Column("ended_at", String(40)),
    _text("host"),
    Column("pid", Integer, nullable=False),
    Column("process_started", Float, nullable=False),
    _json("counters"),
    _text("message"),
)
# the lease: one run at a time
Index(
    "one_running",
    run.c.status,
    unique=True,
    sqlite_where=text("status = 'running'"),
    postgresql_where=text("status = 'running'"),
)

bookmark = Table(
    "bookmark",
    metadata,
    Column("source", String(40), primary_key=True),
    Column("seq", Integer, nullable=False),
    _json("state"),
    Column("committed_at", String(40), nullable=False),
    _flag("reset"),
)

snapshot = Table(
    "snapshot",
    metadata,
    _side(),
    _text("spreadsheet_id"),
    Column("gid", Integer),
    _text("title"),
    _text("time_zone"),
    _json("header"),
    _text("version"),
    Column("rows", Integer, nullable=False),
    Column("read_at", String(40), nullable=False),
    Column("previous_read_at", String(40)),
    _text("run_id"),
)

sheet_row = Table(
    "sheet_row",
    metadata,
    Column("slot", String(8), primary_key=True),  # current | incoming
    Column("row", Integer, primary_key=True),
    Column("sync_id", Text, index=True),
    _text("fingerprint"),
    _json("fields"),
    _json("problems"),
    _json("system"),
    _flag("paused"),
    Column("host", Text),
    _json("sent"),
    _json("reply"),
)

crm_record = Table(
    "crm_record",
    metadata,
    _side(),
    Column("object", String(32), primary_key=True),
    Column("record_id", String(64), primary_key=True),
    Column("external_id", Text),
    _json("emails"),
    _flag("archived"),
    _json("merged_ids"),
    _json("fields"),
    _json("problems"),
    Column("updated_at", String(40)),
    Column("observed_at", String(40)),
    _json("extra"),
    _text("run_id"),
)

lookup = Table(
    "lookup",
    metadata,
    _side(),
    Column("object", String(32), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("key", String(320), primary_key=True),
    Column("status", String(16), nullable=False),
    _json("record_ids"),
    Column("at", String(40), nullable=False),  # by the CRM's clock, where it tells the time
    _text("run_id"),
    Column("staged_at", String(40)),  # by ours
)

hint = Table(
    "hint",
    metadata,
    _side(),
    Column("object", String(32), primary_key=True),
    Column("record_id", String(64), primary_key=True),
    Column("at", String(40), nullable=False),
)

side_status = Table(
    "side_status",
    metadata,
    _side(),
    Column("state", String(16), nullable=False),
    _text("code"),
    _text("message"),
    Column("at", String(40), nullable=False),
    _text("run_id"),
)

crm_count = Table(
    "crm_count",
    metadata,
    _side(),
    Column("object", String(32), primary_key=True),
    _text("portal_id"),
    Column("total", Integer, nullable=False),
    Column("low_runs", Integer, nullable=False, server_default="0"),
    Column("at", String(40), nullable=False),
)

row_id = Table(
    "row_id",
    metadata,
    Column("rid", String(40), primary_key=True),
    _flag("confirmed"),
    _flag("present"),
    Column("created_seq", Integer, nullable=False, server_default="0"),
    _flag("minted"),
    Column("written_at", String(40)),
)

link = Table(
    "link",
    metadata,
    Column("rid", String(40), primary_key=True),
    _side(),
    Column("object", String(32), nullable=False),
    Column("record_id", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    _json("history"),
    Column("verified_at", String(40)),
    _text("created_run"),
    Column("changed_at", String(40), nullable=False),
)
# an active link owns its record
Index(
    "one_active_link",
    link.c.side,
    link.c.record_id,
    unique=True,
    sqlite_where=text("state = 'active'"),
    postgresql_where=text("state = 'active'"),
)

base = Table(
    "base",
    metadata,
    Column("rid", String(40), primary_key=True),
    _side(),
    Column("field", String(80), primary_key=True),
    _json("raw"),
    Column("value", Text),
    Column("key", Text),
    Column("at", String(40), nullable=False),
    _text("run_id"),
)

conflict = Table(
    "conflict",
    metadata,
    Column("conflict_id", String(40), primary_key=True),
    Column("rid", String(40), nullable=False),
    Column("field", String(80), nullable=False),
    Column("kind", String(32), nullable=False),
    _text("evidence_hash"),
    Column("status", String(16), nullable=False),  # open | converged | resolved | obsolete
    Column("choice", String(32)),
    _text("note"),
    _text("opened_run"),
    Column("opened_at", String(40), nullable=False),
    _text("closed_run"),
    Column("closed_at", String(40)),
)
Index(
    "one_open_conflict",
    conflict.c.rid,
    conflict.c.field,
    unique=True,
    sqlite_where=text("status = 'open'"),
    postgresql_where=text("status = 'open'"),
)

conflict_value = Table(
    "conflict_value",
    metadata,
    Column("conflict_id", ForeignKey("conflict.conflict_id"), primary_key=True),
    _side(),
    _json("raw"),
    Column("value", Text),
    Column("key", Text),
)

plan = Table(
    "plan",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("plan_id", String(40), nullable=False, unique=True),
    _text("run_id"),
    Column("status", String(16), nullable=False),
    Column("created_at", String(40), nullable=False),
    _text("generation"),
    _text("fingerprint"),
    _text("hash"),
    _json("guards"),
    _json("guarded"),
    _json("summary"),
    _json("verdicts"),
    _json("conflicts"),
)

approval = Table(
    "approval",
    metadata,
    Column("plan_id", String(40), primary_key=True),
    _json("guarded"),
    Column("keep", String(16), nullable=False),
    _text("by"),
    Column("at", String(40), nullable=False),
    _text("used_by_plan"),
)

intent = Table(
    "intent",
    metadata,
    Column("intent_id", String(80), primary_key=True),
    Column("plan_id", String(40), nullable=False, index=True),
    Column("seq", Integer, nullable=False),
    Column("side", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("operation", String(16), nullable=False),
    Column("object", String(32), nullable=False),
    Column("rid", String(40), nullable=False),
    Column("row", Integer),
    _text("fingerprint"),
    Column("record_id", String(64)),
    _json("changes"),
    _flag("needs_row_id"),
    Column("state", String(16), nullable=False, index=True),
    _text("outcome"),
    _text("problem"),
    Column("marked_at", String(40)),
    Column("closed_at", String(40)),
    Column("event_key", String(320), nullable=False, server_default="", index=True),
    _json("payload"),
)

retry = Table(
    "retry",
    metadata,
    Column("rid", String(40), primary_key=True),
    _side(),
    Column("attempts", Integer, nullable=False),
    Column("input_hash", String(64), nullable=False),
    _text("error_code"),
    _text("error_text"),
    _text("vendor_message"),
    Column("first_failed", String(40), nullable=False),
    Column("last_failed", String(40), nullable=False),
)

change = Table(
    "change",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    _text("run_id"),
    _text("intent_id"),
    Column("rid", String(40), nullable=False, index=True),
    Column("field", String(80), nullable=False),
    Column("side", String(16), nullable=False),
    _json("old"),
    _json("new"),
    _text("why"),
    _text("evidence"),
    Column("at", String(40), nullable=False),
)

happening = Table(
    "happening",
    metadata,
    Column("rid", String(40), primary_key=True),
    Column("kind", String(16), primary_key=True),  # email | reply | positive
    Column("n", Integer, primary_key=True),
    Column("at", String(40), nullable=False),
    Column("after", String(40)),
    Column("before", String(40)),
    _flag("estimated"),
    _text("subject"),
    _text("body"),
    _text("status"),
    Column("follows", Integer, nullable=False, server_default="0"),
    Column("noted_at", String(40), nullable=False),
    _text("run_id"),
)

row_watch = Table(
    "row_watch",
    metadata,
    Column("rid", String(40), primary_key=True),
    Column("unsent_at", String(40)),
    _flag("armed"),
    _text("pulled"),
    _text("checked"),
)

# the outbox: what each CRM was told of, once
effect = Table(
    "effect",
    metadata,
    Column("event_key", String(64), primary_key=True),
    _side(),
    Column("kind", String(16), nullable=False),
    Column("rid", String(40), nullable=False, index=True),
    Column("n", Integer, nullable=False),
    Column("state", String(16), nullable=False),  # open | done | rejected
    Column("record_id", String(64)),
    Column("missed_at", String(40)),
    _text("input_hash"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _text("error_code"),
    _text("error_text"),
    _text("vendor_message"),
    Column("first_failed", String(40)),
    Column("at", String(40), nullable=False),
    _text("run_id"),
)

company = Table(
    "company",
    metadata,
    _side(),
    Column("host", String(255), primary_key=True),
    Column("record_id", String(64)),
    _text("name"),
    _flag("made_by_us"),
    Column("at", String(40), nullable=False),
)

rendering = Table(
    "rendering",
    metadata,
    Column("rid", String(40), primary_key=True),
    Column("column", String(40), primary_key=True),
    _text("value"),
    Column("at", String(40), nullable=False),
)
