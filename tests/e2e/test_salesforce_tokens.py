"""Sign-ins that end under way: sessions in the middle of a job, refresh tokens that are replaced at every use.

A session that ends during each call of one bulk job:
``target-salesforce-leads/tests/test_target_salesforce_leads_bulk.py::test_a_session_that_ends_in_the_middle_of_a_job``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from harness import campaign, forked, sales
from harness.project import Block
from harness.story import rerun, written
from harness.world import World

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
SET = "a-token-that-a-person-set"


@dataclass
class LetIn(World):
    """A world whose plugins work as in production: a person let the app in once."""

    bulk_from: int = 2000

    def tasks(self) -> list[Any]:
        """Return the job's tasks, those of Salesforce with a refresh token that rotates."""
        tasks = super().tasks()
        for plugin in [p for t in tasks if isinstance(t, Block) for p in (t.tap, t.target)]:
            if "salesforce" not in plugin.executable:
                continue
            plugin.config.update(
                outreach_environment="prod",
                client_id="the-app",
                refresh_token=SET,
                token_file=str(self.home / "kept" / "token"),
            )
            if "target" in plugin.name:
                plugin.config["bulk_from_records"] = self.bulk_from
        return tasks


@pytest.fixture
def let_in(world: World) -> LetIn:
    """A world with a plan that is approved and not yet delivered."""
    found = LetIn(world.sandbox, world.home, job="salesforce-sync")
    found.control.people("salesforce", "switch", rotate_refresh_tokens=True)
    rerun(found, 0)
    found.outreach("plan", "--approve", "--keep", "crm")
    return found


def everyone_once(world: World) -> None:
    """Every business is one lead or contact, and two runs later nothing is written."""
    for _ in range(3):
        rerun(world)
    world.control.forget_calls()
    rerun(world)
    assert [] == written(world)
    there = [one for of in ("Lead", "Contact") for one in sales.live(world, of)]
    mails = [one["Email"].lower() for one in there if not one.get("IsConverted")]
    assert sorted(campaign.mails(world)) == sorted(mails)
    assert {"Synced"} == {row["Sync Status"] for row in world.rows()}


@pytest.mark.parametrize("operation", ["composite", "collections.create"])
def test_killed_between_a_new_token_and_its_first_use(let_in: LetIn, operation: str):
    """The new refresh token is kept before it is needed: the next run signs in, and no row is lost."""
    let_in.later(120)
    runner = let_in.start()
    let_in.control.queue_faults(
        {
            "vendor": "salesforce",
            "operation": operation,
            "kind": "before",
            "kill_pid": runner,
            "kill_group": True,
        }
    )
    forked.wait(runner)
    assert all(fault["consumed"] for fault in let_in.control.faults())
    let_in.control.forget_faults()

    everyone_once(let_in)


def test_every_session_ends_in_the_middle_of_a_bulk_job(let_in: LetIn):
    """It is renewed with a token that replaced another one, and every lead is made once."""
    let_in.bulk_from = 5
    let_in.control.queue_faults(
        *(
            {"vendor": "salesforce", "operation": name, "kind": "before", "status": 401}
            for name in ("bulk.upload", "bulk.info", "bulk.successful")
        )
    )
    rerun(let_in)
    assert all(fault["consumed"] for fault in let_in.control.faults())
    let_in.control.forget_faults()
    assert 0 < len([c for c in let_in.calls() if c["operation"] == "bulk.create"])

    everyone_once(let_in)
