"""One world: a sandbox process, a ledger, the states of the pipelines; what people do and see in it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fidelity import witnessed
from harness import compact, forked
from harness.project import Project
from outreach_sandbox.kernel.client import Control

SHEET_ID = "sandbox-outreach-sheet"


@dataclass(frozen=True)
class Sandbox:
    """A sandbox in a process of its own."""

    urls: dict[str, str]
    control: Control
    process: subprocess.Popen[bytes]
    folder: Path
    unfitting: Path

    def not_as_published(self) -> list[str]:
        """What went through it since the last look and does not fit the vendors' schemas."""
        return witnessed.read(self.unfitting)


@contextlib.contextmanager
def sandbox(folder: Path) -> Iterator[Sandbox]:
    """Start a sandbox on free ports; stop it at the end."""
    ports = folder / "ports.json"
    unfitting = folder / "not-as-published"
    command = [*witnessed.command(unfitting), "serve", "--ports-file", str(ports)]
    for name in ("google", "hubspot", "salesforce", "control"):
        command += [f"--{name}-port", "0"]
    with (folder / "sandbox.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            env=witnessed.environment(dict(os.environ)),
        )
    try:
        deadline = time.monotonic() + 30
        while not ports.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((folder / "sandbox.log").read_text())
            time.sleep(0.02)
        urls = json.loads(ports.read_text())
        yield Sandbox(urls, Control(urls["control"]), process, folder, unfitting)
    finally:
        process.terminate()
        process.wait(10)


@dataclass
class World:
    """A workspace over a sandbox. ``run`` is one job; the rest is what people do between runs."""

    sandbox: Sandbox
    home: Path
    job: str = "hubspot-sync"
    project: Project = field(default_factory=Project)

    @property
    def control(self) -> Control:
        return self.sandbox.control

    @property
    def log(self) -> Path:
        return self.home / "run.log"

    @property
    def ledger_url(self) -> str:
        return f"sqlite:///{self.home}/ledger.db"

    def env(self) -> dict[str, str]:
        """Return the environment a job of this world runs in."""
        kept = {
            k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TZ", "TMPDIR")
        }
        return kept | {
            "SANDBOX_GOOGLE_URL": self.sandbox.urls["google"],
            "SANDBOX_HUBSPOT_URL": self.sandbox.urls["hubspot"],
            "SANDBOX_SALESFORCE_URL": self.sandbox.urls["salesforce"],
            "OUTREACH_SPREADSHEET_ID": SHEET_ID,
            "OUTREACH_LEDGER_URL": self.ledger_url,
            "OUTREACH_LOOKUPS_FILE": str(self.home / "lookups.json"),
            "OUTREACH_ENVIRONMENT": "sandbox",
            "OUTREACH_OUTREACH_ENVIRONMENT": "sandbox",
            "OUTREACH_HUBSPOT_BASE_URL": self.sandbox.urls["hubspot"],
            "OUTREACH_HUBSPOT_TOKEN_URL": self.sandbox.urls["hubspot"] + "/oauth/v1/token",
            "OUTREACH_GOOGLE_BASE_URL": self.sandbox.urls["google"],
            "OUTREACH_GOOGLE_TOKEN_URL": self.sandbox.urls["google"] + "/token",
            **self.settings,
        }

    settings: dict[str, str] = field(default_factory=dict)
    compact: bool = False  # a run is one process, not one a plugin

    def at(self, moment: str, walk: Callable[[], object]) -> None:
        """Bring a fresh world to a moment; only the first to ask for it walks there.

        The sandbox keeps the moment, a folder beside the worlds keeps what is at home.
        """
        kept = self.sandbox.folder / "moments" / moment
        if kept.exists():
            self.control.go_back(moment)
            shutil.copytree(kept, self.home, dirs_exist_ok=True)
        else:
            walk()
            self.control.keep(moment)
            shutil.copytree(self.home, kept)
        self.control.forget_calls()

    def tasks(self) -> list[Any]:
        """Return the job's tasks, resolved for this world."""
        env = self.env()
        env.pop("OUTREACH_OUTREACH_ENVIRONMENT")
        return self.project.job(self.job, env, "sandbox")

    def run(self) -> int:
        """Run the job once; 0 or 1, as ``meltano run`` answers."""
        return forked.wait(self.start())

    def start(self) -> int:
        """Start the job and return the runner's process id (a group of its own)."""
        tasks = self.tasks()
        forked.preload(tasks)
        if not self.compact:
            return forked.start_job(tasks, self.home, self.log, self.env())
        compact.warm(self.project.rules_folder, self.home)
        return compact.start_job(tasks, self.home, self.log, self.env())

    def forget_states(self) -> None:
        """Forget every bookmark, as ``meltano run --full-refresh`` does."""
        for path in self.home.glob("*-to-*.json"):
            path.unlink()

    def outreach(self, *args: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the people's command, forked from this warm interpreter."""
        done = forked.run_command("outreach", list(args), self.env(), self.home)
        if check and done.returncode:
            raise AssertionError(f"outreach {args}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def later(self, seconds: float = 60) -> None:
        """Let time pass at the vendors."""
        self.control.advance(seconds)

    # what people see

    def grid(self) -> list[list[Any]]:
        """Return all values of the outreach tab, header first."""
        found = self.control.people("google", "grid")
        return list(found["values"])

    def rows(self) -> list[dict[str, Any]]:
        """Return the tab's rows as header → value, blank rows left out."""
        header, *rows = self.grid()
        named = [dict(zip(header, [*row, *[""] * len(header)], strict=False)) for row in rows]
        return [row for row in named if any(value not in ("", None) for value in row.values())]

    def contacts(self, *, archived: bool = False) -> list[dict[str, Any]]:
        """Return HubSpot's contacts with all their properties."""
        found = self.control.people("hubspot", "contacts")["contacts"]
        return [c for c in found if bool(c.get("archived")) is archived]

    def contact(self, email: str) -> dict[str, Any]:
        """Return the one living contact with this address."""
        (found,) = [c for c in self.contacts() if c["properties"].get("email") == email]
        return found

    def calls(self, kind: str = "api") -> list[dict[str, Any]]:
        """Return the vendor calls since the journal was last emptied."""
        return [call for call in self.control.calls() if call["kind"] == kind]
