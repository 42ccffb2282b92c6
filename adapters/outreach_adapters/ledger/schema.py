"""The ledger's tables. ``docs/reference/ledger.md`` says who writes which.

The rule: a change here needs a migration in ``migrations/versions``; a test compares the two. Times are
ISO texts in UTC, so that they sort and compare alike on SQLite and PostgreSQL.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, Text, text

from outreach_adapters.ledger.columns import (
    flag_column,
    json_column,
    metadata,
    side_column,
    text_column,
)

meta = Table(
    "meta",
    metadata,
    Column("key", String(80), primary_key=True),
    text_column("value"),
)

run = Table(
    "run",
    metadata,
    Column("run_id", String(40), primary_key=True),
    text_column("job"),
    Column("status", String(16), nullable=False),
    Column("started_at", String(40), nullable=False),
    Column("renewed_at", String(40), nullable=False),
    Column("ended_at", String(40)),
    text_column("host"),
    Column("pid", Integer, nullable=False),
    Column("process_started", Float, nullable=False),
    json_column("counters"),
    text_column("message"),
    text_column("reason"),  # why a person let it pass its guards
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
    json_column("state"),
    Column("committed_at", String(40), nullable=False),
    flag_column("reset"),
)

snapshot = Table(
    "snapshot",
    metadata,
    side_column(),
    text_column("spreadsheet_id"),
    Column("gid", Integer),
    text_column("title"),
    text_column("time_zone"),
    json_column("header"),
    text_column("version"),
    Column("rows", Integer, nullable=False),
    Column("read_at", String(40), nullable=False),
    Column("previous_read_at", String(40)),
    text_column("run_id"),
)

sheet_row = Table(
    "sheet_row",
    metadata,
    Column("slot", String(8), primary_key=True),  # current | incoming
    Column("row", Integer, primary_key=True),
    Column("sync_id", Text, index=True),
    text_column("fingerprint"),
    json_column("fields"),
    json_column("problems"),
    json_column("system"),
    flag_column("paused"),
    Column("host", Text),
    json_column("sent"),
    json_column("reply"),
    json_column("edits"),  # when its cells were edited
)

crm_record = Table(
    "crm_record",
    metadata,
    side_column(),
    Column("object", String(32), primary_key=True),
    Column("record_id", String(64), primary_key=True),
    Column("external_id", Text),
    json_column("emails"),
    flag_column("archived"),
    json_column("merged_ids"),
    json_column("fields"),
    json_column("problems"),
    Column("updated_at", String(40)),
    Column("observed_at", String(40)),
    json_column("extra"),
    text_column("run_id"),
    Column("converted_to", String(64)),
    text_column("rules"),  # of which reading
    json_column("edits"),  # when its fields were edited
)

lookup = Table(
    "lookup",
    metadata,
    side_column(),
    Column("object", String(32), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("key", String(320), primary_key=True),
    Column("status", String(16), nullable=False),
    json_column("record_ids"),
    Column("at", String(40), nullable=False),  # by the CRM's clock, where it tells the time
    text_column("run_id"),
    Column("staged_at", String(40)),  # by ours
)

hint = Table(
    "hint",
    metadata,
    side_column(),
    Column("object", String(32), primary_key=True),
    Column("record_id", String(64), primary_key=True),
    Column("at", String(40), nullable=False),
    text_column("kind"),  # what the CRM said happened; empty where nobody said anything
    Column("told_at", String(40)),  # when it last said so
)

erasure = Table(
    "erasure",
    metadata,
    side_column(),
    Column("object", String(32), primary_key=True),
    Column("record_id", String(64), primary_key=True),
    Column("told_at", String(40), nullable=False),
    Column("done_at", String(40)),
)

side_status = Table(
    "side_status",
    metadata,
    side_column(),
    Column("state", String(16), nullable=False),
    text_column("code"),
    text_column("message"),
    Column("at", String(40), nullable=False),
    text_column("run_id"),
)

crm_count = Table(
    "crm_count",
    metadata,
    side_column(),
    Column("object", String(32), primary_key=True),
    text_column("portal_id"),
    Column("total", Integer, nullable=False),
    Column("low_runs", Integer, nullable=False, server_default="0"),
    Column("at", String(40), nullable=False),
)

row_id = Table(
    "row_id",
    metadata,
    Column("rid", String(40), primary_key=True),
    flag_column("confirmed"),
    flag_column("present"),
    Column("created_seq", Integer, nullable=False, server_default="0"),
    flag_column("minted"),
    Column("written_at", String(40)),
)

link = Table(
    "link",
    metadata,
    Column("rid", String(40), primary_key=True),
    side_column(),
    Column("object", String(32), nullable=False),
    Column("record_id", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    json_column("history"),
    Column("verified_at", String(40)),
    text_column("created_run"),
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
    side_column(),
    Column("field", String(80), primary_key=True),
    json_column("raw"),
    Column("value", Text),
    Column("key", Text),
    Column("at", String(40), nullable=False),
    text_column("run_id"),
)

conflict = Table(
    "conflict",
    metadata,
    Column("conflict_id", String(40), primary_key=True),
    Column("rid", String(40), nullable=False),
    Column("field", String(80), nullable=False),
    Column("kind", String(32), nullable=False),
    text_column("evidence_hash"),
    Column("status", String(16), nullable=False),  # open | converged | resolved | obsolete
    Column("choice", String(32)),
    text_column("note"),
    text_column("opened_run"),
    Column("opened_at", String(40), nullable=False),
    text_column("closed_run"),
    Column("closed_at", String(40)),
    Column("custom", Text),
    Column("decided_at", Text),
    text_column("phase", "open"),  # open | chosen | reopened | failed | left
    text_column("picked"),
    text_column("decided_by"),
    json_column("agreed"),
    json_column("candidates"),
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
    side_column(),
    json_column("raw"),
    Column("value", Text),
    Column("key", Text),
    Column("not_before", String(40)),
    Column("not_after", String(40)),
    text_column("by"),
)

plan = Table(
    "plan",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("plan_id", String(40), nullable=False, unique=True),
    text_column("run_id"),
    Column("status", String(16), nullable=False),
    Column("created_at", String(40), nullable=False),
    text_column("generation"),
    text_column("fingerprint"),
    text_column("hash"),
    json_column("guards"),
    json_column("guarded"),
    json_column("summary"),
    json_column("verdicts"),
    json_column("conflicts"),
)

approval = Table(
    "approval",
    metadata,
    Column("plan_id", String(40), primary_key=True),
    json_column("guarded"),
    Column("keep", String(16), nullable=False),
    text_column("by"),
    Column("at", String(40), nullable=False),
    text_column("used_by_plan"),
    text_column("reason"),
    flag_column("force"),
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
    text_column("fingerprint"),
    Column("record_id", String(64)),
    json_column("changes"),
    flag_column("needs_row_id"),
    Column("state", String(16), nullable=False, index=True),
    text_column("outcome"),
    text_column("problem"),
    Column("marked_at", String(40)),
    Column("closed_at", String(40)),
    Column("event_key", String(320), nullable=False, server_default="", index=True),
    json_column("payload"),
)

retry = Table(
    "retry",
    metadata,
    Column("rid", String(40), primary_key=True),
    side_column(),
    Column("attempts", Integer, nullable=False),
    Column("input_hash", String(64), nullable=False),
    text_column("error_code"),
    text_column("error_text"),
    text_column("vendor_message"),
    Column("first_failed", String(40), nullable=False),
    Column("last_failed", String(40), nullable=False),
    flag_column("ignored"),
)

change = Table(
    "change",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    text_column("run_id"),
    text_column("intent_id"),
    Column("rid", String(40), nullable=False, index=True),
    Column("field", String(80), nullable=False),
    Column("side", String(16), nullable=False),
    json_column("old"),
    json_column("new"),
    text_column("why"),
    text_column("evidence"),
    Column("at", String(40), nullable=False),
)

rendering = Table(
    "rendering",
    metadata,
    Column("rid", String(40), primary_key=True),
    Column("column", String(40), primary_key=True),
    text_column("value"),
    Column("at", String(40), nullable=False),
)
