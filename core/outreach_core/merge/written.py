"""What only we write: the last e-mail, whether somebody answered, the campaign (pure).

The rule: a value is written when it is another one than we last wanted and the CRM does not show it yet;
what a person typed over it stays until there is something new to say. Nothing is ever cleared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC

from outreach_core.merge.happenings import answers, of_kind
from outreach_core.merge.recover import Bases
from outreach_core.merge.state import Findings, IdentifiedRow, Observed
from outreach_core.model import BLANK, FieldChange, FieldValue, HappeningKind, Side, Why
from outreach_core.model.planning import BaseMove

CAMPAIGN = "campaign"
ROW_LINK = "row_link"
LAST_SUBJECT = "last_subject"
RESPONDED = "responded"
LAST_SENT = "last_sent"
_ADDRESS = "https://docs.google.com/spreadsheets/d/{id}/edit#gid={gid}"


def say_what_is_known(observed: Observed, found: Findings, bases: Bases) -> None:
    """Plan the properties that only we write, for every record that is reached or to be made."""
    for row in found.rows:
        if row.shown.paused:
            continue
        for side, names in observed.rules.written.items():
            wanted = {
                name: value
                for name in sorted(names)
                if (value := _VALUES[name](observed, found, row)) is not None
            }
            if (row.rid, side) in found.creates:
                changes = {n: FieldChange(BLANK, v, why=Why.CREATED) for n, v in wanted.items()}
                found.creates[row.rid, side] = {**found.creates[row.rid, side], **changes}
            elif side in found.reached.get(row.rid, {}):
                _update(found, row, side, wanted, bases.get((row.rid, side), {}))


def _update(
    found: Findings,
    row: IdentifiedRow,
    side: Side,
    wanted: Mapping[str, FieldValue],
    base: Mapping[str, FieldValue],
) -> None:
    record = found.reached[row.rid][side]
    for name, value in wanted.items():
        shown, past = record.fields.get(name, BLANK), base.get(name)
        if name in record.problems or (past is not None and past.key == value.key):
            continue
        if shown.key == value.key:
            found.base_moves.append(BaseMove(row.rid, side, name, shown))
        else:
            change = FieldChange(expected=shown, new=value, why=Why.TOLD)
            found.updates.setdefault((row.rid, side), {})[name] = change


def _campaign(observed: Observed, _found: Findings, _row: IdentifiedRow) -> FieldValue | None:
    snapshot = observed.given.snapshot
    return _text(observed.rules.campaign or (snapshot.title if snapshot else ""))


def _row_link(observed: Observed, _found: Findings, _row: IdentifiedRow) -> FieldValue | None:
    snapshot = observed.given.snapshot
    if snapshot is None:
        return None
    # no row number: it would change with every sort
    return _text(_ADDRESS.format(id=snapshot.spreadsheet_id, gid=snapshot.gid))


def _last_subject(_observed: Observed, found: Findings, row: IdentifiedRow) -> FieldValue | None:
    sent = of_kind(found.happenings.get(row.rid, {}), HappeningKind.EMAIL)
    return _text(sent[-1].subject) if sent else None


def _last_sent(_observed: Observed, found: Findings, row: IdentifiedRow) -> FieldValue | None:
    sent = of_kind(found.happenings.get(row.rid, {}), HappeningKind.EMAIL)
    if not sent:
        return None
    utc = max(email.at for email in sent).astimezone(UTC).replace(microsecond=0)
    return _text(utc.isoformat().replace("+00:00", "Z"))


def _responded(_observed: Observed, found: Findings, row: IdentifiedRow) -> FieldValue | None:
    return _text("true") if answers(found.happenings.get(row.rid, {})) else None


def _text(text: str) -> FieldValue | None:
    cleaned = " ".join(text.split())
    return FieldValue(cleaned, cleaned, cleaned) if cleaned else None


_VALUES: Mapping[str, Callable[[Observed, Findings, IdentifiedRow], FieldValue | None]] = {
    CAMPAIGN: _campaign,
    ROW_LINK: _row_link,
    LAST_SUBJECT: _last_subject,
    RESPONDED: _responded,
    LAST_SENT: _last_sent,
}
NAMES = tuple(_VALUES)
