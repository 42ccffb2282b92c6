"""HubSpot is made to call the receiver: planned first, made once; or it is said how."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from outreach_cli.exits import Exit
from outreach_cli.hubspot_webhooks import provision_webhooks
from outreach_cli.provision import MADE, MISSING, THERE, WRONG, Needs
from outreach_cli.settings import Settings, load_settings
from outreach_core.errors import ConfigError
from outreach_sandbox.kernel.server import Running, running

ROOT = Path(__file__).parents[2]
PUBLIC = "https://hooks.example.org"
APP, KEY = "19083857", "a-developer-key"


@pytest.fixture
def sandbox() -> Iterator[Running]:
    with running("empty") as found:
        yield found


def settings(sandbox: Running, **more: str) -> Settings:
    told = {"SANDBOX_HUBSPOT_URL": sandbox.hubspot_url, "MELTANO_PROJECT_ROOT": str(ROOT), **more}
    return load_settings(told, ROOT)


def app(sandbox: Running, key: str = KEY) -> Settings:
    return settings(sandbox, OUTREACH_HUBSPOT_APP_ID=APP, OUTREACH_HUBSPOT_DEVELOPER_KEY=key)


def done(found: Settings, url: str = PUBLIC, *, approve: bool = False) -> Needs:
    rng = random.Random(1)
    return provision_webhooks(found, url, approve=approve, sleep=lambda _: None, rng=rng)


def states(needs: Needs) -> set[str]:
    return {item.state for item in needs.items}


def test_nothing_is_made_before_it_was_approved(sandbox: Running) -> None:
    """Shown, made, there: address, the contact's life and every mapped property; made once."""
    here = app(sandbox)
    shown, again = done(here), done(here)
    made = done(here, approve=True)
    last = done(here, approve=True)
    names = {item.name for item in last.items}

    assert [{MISSING}, {MISSING}, {MADE}, {THERE}] == [
        states(o) for o in (shown, again, made, last)
    ]
    assert {f"{PUBLIC}/hubspot/webhooks", "contact.privacyDeletion"} < names
    assert {f"contact.propertyChange {n}" for n in ("phone", "email", "firstname")} < names
    assert Exit.CLEAN == last.exit


def test_what_is_switched_off_is_switched_on(sandbox: Running) -> None:
    """And an app that calls somebody else is said to, before it is changed."""
    here = app(sandbox)
    done(here, "https://old.example.org", approve=True)
    root = f"{sandbox.hubspot_url}/webhooks/v3/{APP}/subscriptions"
    httpx.patch(f"{root}/1?hapikey={KEY}", json={"active": False})
    shown = done(here)
    done(here, approve=True)
    listed = httpx.get(f"{root}?hapikey={KEY}").json()["results"]

    assert {WRONG, MISSING, THERE} == states(shown)
    assert [True] * len(listed) == [one["active"] for one in listed]
    assert {THERE} == states(done(here))


def test_another_kind_of_app_is_told_what_to_do(sandbox: Running) -> None:
    """The file of a project's app holds the same subscriptions; nothing is called."""
    needs = done(settings(sandbox))
    text = "\n".join(needs.steps)
    component = json.loads(text[text.index("{") : text.rindex("}") + 1])["config"]
    told = [o for kind in component["subscriptions"].values() for o in kind]

    assert f"{PUBLIC}/hubspot/webhooks" == component["settings"]["targetUrl"]
    assert len(needs.items) == len(told)
    assert [] == sandbox.control.calls()
    assert Exit.USAGE == needs.exit


def test_what_cannot_work_is_said(sandbox: Running) -> None:
    """A wrong key, half an app, an address that is not https."""
    half = settings(sandbox, OUTREACH_HUBSPOT_APP_ID=APP)
    for found, url, words in (
        (app(sandbox, "wrong"), PUBLIC, "developer key"),
        (half, PUBLIC, "belong together"),
        (half, "http://hooks.example.org", "https"),
    ):
        with pytest.raises(ConfigError, match=words):
            done(found, url)
