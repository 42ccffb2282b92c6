"""A whole job works with nothing but the names of connected accounts, and keeps their tokens to itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from harness.project import Block
from harness.story import rerun
from harness.world import World
from outreach_adapters.auth.connections import Service
from outreach_adapters.auth.store import ConnectionStore
from outreach_adapters.identifiers import utc_now
from outreach_cli.connecting import App, Person, Wanted, by_consent
from outreach_cli.settings import load_settings

pytestmark = pytest.mark.timeout(300)
OWN = {"salesforce": Service.SALESFORCE, "sheet": Service.GOOGLE}
SECRETS = ("client_id", "client_secret", "refresh_token", "access_token")


@dataclass
class Connected(World):
    """A world whose plugins are told names of connected accounts, and no credentials."""

    file: Path = Path()

    def tasks(self) -> list[Any]:
        """Return the job's tasks, each plugin with the name of its account."""
        tasks = super().tasks()
        for plugin in [p for t in tasks if isinstance(t, Block) for p in (t.tap, t.target)]:
            service = next((s for word, s in OWN.items() if word in plugin.executable), None)
            if service is not None:
                assert [] == [name for name in SECRETS if plugin.config.get(name)]
                plugin.config.update(
                    connection=f"my-{service.value}", connections_file=str(self.file)
                )
        return tasks


def agree(url: str) -> str:
    """Allow everything on the page; return where the browser would have ended."""
    scopes = parse_qs(urlsplit(url).query)["scope"][0].split()
    reply = httpx.post(url, data={"decision": "allow", "granted": scopes})
    return reply.headers["location"]


def connect(world: World, folder: Path, service: Service) -> ConnectionStore:
    (folder / "meltano.yml").touch()
    urls = {f"SANDBOX_{name.upper()}_URL": url for name, url in world.sandbox.urls.items()}
    settings = load_settings(urls, folder)
    asked: list[str] = []
    person = Person(asked.append, lambda _url: False, paste=lambda: agree(asked[-1].split()[-1]))
    wanted = Wanted(settings, service, f"my-{service.value}")
    by_consent(wanted, App("the-app", "the-secret"), person, utc_now, lambda: 0.0)
    return wanted.store


def test_a_job_knows_names_and_tells_no_tokens(world: World, tmp_path: Path):
    """Both accounts are used, every sign-in replaces Salesforce's token, and no token is left behind."""
    world.control.people("salesforce", "switch", rotate_refresh_tokens=True)
    for service in OWN.values():
        store = connect(world, tmp_path, service)
    before = {one.name: one.refresh_token for one in store.every("sandbox")}
    here = Connected(world.sandbox, world.home, job="salesforce-sync", file=store.path)
    rerun(here)
    rerun(here)
    after = {one.name: one.refresh_token for one in store.every("sandbox")}

    assert before["my-salesforce"] != after["my-salesforce"]
    assert before["my-google"] == after["my-google"]
    given = [*before.values(), *after.values(), "the-secret"]
    told = [path for path in sorted(world.home.rglob("*")) if path.is_file()]
    texts = {path: path.read_bytes() for path in told}
    assert [] == [path.name for path, text in texts.items() for s in given if s.encode() in text]

    # the account is really that one: with its consent gone nobody is let in
    world.control.people("salesforce", "expire_consent")
    assert 0 != here.run()
    assert "Salesforce refused the sign-in (invalid_grant" in world.log.read_text()
