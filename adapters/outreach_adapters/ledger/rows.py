"""Which rows of the sheet have no record in a CRM yet, and the e-mails they are known by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, exists, select

from outreach_adapters.ledger.schema import link, sheet_row
from outreach_core.model import LinkState, Side

# a row in one of these has its record; the others look for one
_SETTLED = [str(LinkState.ACTIVE), str(LinkState.ARCHIVED), str(LinkState.DUPLICATE)]


def unlinked_rows(connection: Connection, side: Side = Side.HUBSPOT) -> Sequence[Any]:
    """Return the sheet's rows that have no record on a side yet."""
    has_record = exists().where(
        link.c.rid == sheet_row.c.sync_id, link.c.side == str(side), link.c.state.in_(_SETTLED)
    )
    query = select(sheet_row).where(sheet_row.c.slot == "current", ~has_record)
    return connection.execute(query.order_by(sheet_row.c.row)).all()


def sheet_emails(rows: Iterable[Any]) -> set[str]:
    """Return the e-mails rows are compared by."""
    keys = ((row.fields or {}).get("email", {}).get("key") for row in rows)
    return {key for key in keys if key}
