"""The demo's world: a sandbox on free ports, a ledger of its own, and ``meltano run``.

Everything lives in one new folder and is stopped at the end, so a demo can be run any number of times
beside a workspace that is in use.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
SPREADSHEET = "sandbox-outreach-sheet"
_TIMEOUT = 30


class DemoFailed(Exception):
    """A command of the story failed; the message says which, and where its log is."""


@dataclass(frozen=True)
class Place:
    """One running world."""

    folder: Path
    urls: Mapping[str, str]

    @property
    def log(self) -> Path:
        """Where the output of ``meltano run`` goes."""
        return self.folder / "meltano.log"

    @property
    def system_directory(self) -> Path:
        """Where Meltano keeps the files of a run; two runs that share one read each other's."""
        return self.folder / "meltano"

    def env(self) -> dict[str, str]:
        """Return the environment of every command of the story."""
        return {
            **os.environ,
            "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
            "SANDBOX_GOOGLE_URL": self.urls["google"],
            "SANDBOX_HUBSPOT_URL": self.urls["hubspot"],
            "SANDBOX_SALESFORCE_URL": self.urls["salesforce"],
            "OUTREACH_SPREADSHEET_ID": SPREADSHEET,
            "OUTREACH_LEDGER_URL": f"sqlite:///{self.folder}/ledger.db",
            "OUTREACH_LOOKUPS_FILE": f"{self.folder}/lookups.json",
            "MELTANO_DATABASE_URI": f"sqlite:///{self.folder}/meltano.db",
            "MELTANO_SYS_DIR_ROOT": str(self.system_directory),
            "MELTANO_ENVIRONMENT": "sandbox",
            "MELTANO_AUTO_INSTALL": "false",  # `make setup` has just done it
            "NO_COLOR": "1",
        }

    def sync(self) -> None:
        """Run the job as people do: ``meltano run crm-sync``."""
        command = [str(BIN / "meltano"), "run", "--force", "crm-sync"]
        with self.log.open("ab") as log:
            done = subprocess.run(  # noqa: S603 - our own command
                command, cwd=ROOT, env=self.env(), stdout=log, stderr=log, check=False
            )
        if done.returncode:
            raise DemoFailed(f"meltano run crm-sync ended with {done.returncode}; see {self.log}")

    def outreach(self, *args: str) -> str:
        """Run the people's command and return what it printed."""
        done = subprocess.run(  # noqa: S603 - our own command
            [str(BIN / "outreach"), *args],
            cwd=ROOT,
            env=self.env(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise DemoFailed(f"outreach {' '.join(args)}: {done.stdout}{done.stderr}")
        return done.stdout

    def person(self, vendor: str, door: str, **body: Any) -> None:
        """Do what a person does in a vendor's user interface."""
        self._control(f"people/{vendor}/{door}", body)

    def time_passes(self, seconds: float) -> None:
        """Let time pass at the vendors: HubSpot's search index lags behind its store."""
        self._control("clock", {"advance_seconds": seconds})

    def _control(self, path: str, body: Mapping[str, Any]) -> None:
        url = f"{self.urls['control']}/_sandbox/{path}"
        requests.post(url, json=body, timeout=_TIMEOUT).raise_for_status()

    def sheet(self) -> list[dict[str, str]]:
        """Read the outreach tab through the Sheets API: header → text, one per row."""
        token = requests.post(
            f"{self.urls['google']}/token",
            data={
                "grant_type": "refresh_token",
                "client_id": "demo",
                "client_secret": "demo",
                "refresh_token": "demo",
            },
            timeout=_TIMEOUT,
        ).json()["access_token"]
        reply = requests.get(
            f"{self.urls['google']}/v4/spreadsheets/{SPREADSHEET}/values/A1:ZZ",
            headers={"Authorization": f"Bearer {token}"},
            timeout=_TIMEOUT,
        )
        reply.raise_for_status()
        header, *rows = reply.json()["values"]
        return [dict(zip(header, [*row, *[""] * len(header)], strict=False)) for row in rows]

    def contacts(self) -> dict[str, dict[str, str]]:
        """Read the contacts through the HubSpot API: e-mail → properties."""
        names = "email,firstname,lastname,phone,city,website,company,outreach_row_id,hs_lead_status"
        listed = self.records("contacts", names)
        return {
            item["properties"]["email"]: {**item["properties"], "id": item["id"]} for item in listed
        }

    def records(self, obj: str, names: str, associations: str = "") -> list[dict[str, Any]]:
        """Read all records of an object through the HubSpot API."""
        found: list[dict[str, Any]] = []
        query = {"limit": "100", "properties": names, "associations": associations}
        while True:
            reply = requests.get(
                f"{self.urls['hubspot']}/crm/v3/objects/{obj}",
                params={name: value for name, value in query.items() if value},
                headers={"Authorization": "Bearer pat-na1-demo"},
                timeout=_TIMEOUT,
            )
            reply.raise_for_status()
            page = reply.json()
            found += page["results"]
            after = page.get("paging", {}).get("next", {}).get("after")
            if after is None:
                return found
            query["after"] = after

    def salesforce(self, soql: str) -> list[dict[str, Any]]:
        """Query Salesforce through its API: records, one page (the demo's are few)."""
        token = requests.post(
            f"{self.urls['salesforce']}/services/oauth2/token",
            data={
                "grant_type": "client_credentials",
                "client_id": "demo",
                "client_secret": "demo",
            },
            timeout=_TIMEOUT,
        ).json()["access_token"]
        reply = requests.get(
            f"{self.urls['salesforce']}/services/data/v62.0/query",
            params={"q": soql},
            headers={"Authorization": f"Bearer {token}"},
            timeout=_TIMEOUT,
        )
        reply.raise_for_status()
        records: list[dict[str, Any]] = reply.json()["records"]
        return records

    def people(self) -> dict[str, dict[str, Any]]:
        """Read who is in Salesforce, leads and the customers they became: e-mail → fields."""
        leads = self.salesforce(
            "SELECT Id, Email, Company, FirstName, LastName, Phone, City, Website, Status, "
            "Responded__c FROM Lead WHERE IsConverted = false"
        )
        customers = self.salesforce("SELECT Id, Email, FirstName, LastName, Phone FROM Contact")
        found: dict[str, dict[str, Any]] = {}
        for record in [*leads, *customers]:
            if record["Email"] in found:
                raise DemoFailed("somebody is twice in Salesforce")
            found[record["Email"]] = record
        return found


@contextlib.contextmanager
def place(folder: Path) -> Iterator[Place]:
    """Start a sandbox on free ports with the demo story in it; stop it at the end."""
    ports = folder / "ports.json"
    command = [str(BIN / "outreach-sandbox"), "serve", "--seed", "demo", "--ports-file", str(ports)]
    for name in ("google", "hubspot", "salesforce", "control"):
        command += [f"--{name}-port", "0"]
    with (folder / "sandbox.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
    try:
        here = Place(folder, _wait_for(ports, process))
        share_plugins(here.system_directory)
        yield here
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(ports: Path, process: subprocess.Popen[bytes]) -> Mapping[str, str]:
    deadline = time.monotonic() + _TIMEOUT
    while not ports.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise DemoFailed(f"the sandbox did not start; see {ports.parent / 'sandbox.log'}")
        time.sleep(0.05)
    urls: Mapping[str, str] = json.loads(ports.read_text())
    return urls


def share_plugins(system_directory: Path) -> None:
    """Let a run use the installed plugins, though its own files lie elsewhere."""
    system_directory.mkdir()
    for kind in ("extractors", "loaders", "mappers", "utilities"):
        (system_directory / kind).symlink_to(ROOT / ".meltano" / kind)
