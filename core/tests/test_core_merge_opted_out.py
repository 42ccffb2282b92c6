"""Whoever opted out in a CRM is not written to again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.tests.planning_worlds import RULES, contact, given, linked, plan, row, writes
from outreach_core.model import CrmRecord, Side, SideState, SideStatus, Why
from outreach_core.model.policy import StatusRules

STATUS = StatusRules(
    push={"draft": "NEW", "sent": "TRIED"},
    order=("NEW", "TRIED", "TALKING"),
    pull={"talking": "Replied"},
)
RULED = replace(RULES, status={Side.HUBSPOT: STATUS})


def out(answer: str = "true", **values: str) -> CrmRecord:
    return replace(contact(1, **values), extra={"opted_out": answer})


def statuses(shown: str | None, record: CrmRecord, rules=RULES, **more) -> list[str]:
    """What the sheet's Status is set to."""
    world = given([row(1, status=shown)], [record], [linked(1)], **more)
    return [
        values["status"]
        for side, _, values in writes(plan(world, rules))
        if side == "sheet" and "status" in values
    ]


@pytest.mark.parametrize(
    "shown", ["Approved", "approved ", "Draft", "Sent", "Replied", None, "Foo"]
)
def test_the_row_is_kept_from_being_mailed(shown: str | None):
    """Approved before all: that is what is sent next."""
    assert ["Unsubscribed"] == statuses(shown, out())


@pytest.mark.parametrize("shown", ["Unsubscribed", "unsubscribed", "Archived"])
def test_what_is_not_mailed_anyway_stays(shown: str):
    """A quiet run writes nothing."""
    assert [] == statuses(shown, out())


@pytest.mark.parametrize("answer", ["false", "0", "", "no"])
def test_who_did_not_opt_out_may_be_mailed(answer: str):
    """And whoever opted in again is a person's to approve: we never do."""
    assert [] == statuses("Approved", out(answer)) + statuses("Unsubscribed", out(answer))


def test_it_outdoes_a_status_that_moves_forward():
    """A CRM that says two things at once says no."""
    record = out(status="TALKING")
    base = given(links=[linked(1)]).bases
    known = dict.fromkeys(("status", "status:sheet"), record.fields["email"])
    bases = {**base, (linked(1).rid, Side.HUBSPOT): {**base[linked(1).rid, Side.HUBSPOT], **known}}

    assert ["Replied"] == statuses("Sent", out("false", status="TALKING"), RULED, bases=bases)
    assert ["Unsubscribed"] == statuses("Sent", record, RULED, bases=bases)


def test_a_paused_row_and_one_whose_crm_is_away_stay():
    """Nobody is judged by what was read another day."""
    paused = given([replace(row(1, status="Approved"), paused=True)], [out()], [linked(1)])
    away = {Side.HUBSPOT: SideStatus(Side.HUBSPOT, SideState.UNREACHABLE)}

    assert [] == writes(plan(paused)) + statuses("Approved", out(), statuses=away)


def test_the_log_says_why():
    """And what stood there."""
    (intent,) = plan(given([row(1, status="Approved")], [out()], [linked(1)])).intents

    change = intent.changes["status"]
    assert ("Approved", Why.OPTED_OUT) == (change.expected.value, change.why)
