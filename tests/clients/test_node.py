"""The vendors' clients for Node against the sandbox."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from clients.installed import HERE, require
from outreach_sandbox.kernel.server import running

TOKEN = "session-of-node"


def told(script: str, *words: str) -> Any:
    """What a script prints as JSON; it runs beside the installed packages, as Node wants it."""
    folder = require("node")
    shutil.copy(HERE / script, folder / script)
    done = subprocess.run(
        [str(shutil.which("node")), script, *words],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_hubspots_client_for_node(tmp_path: Path) -> None:
    """Batches, pages, upserts, associations, deals, properties, lists, and a conflict."""
    require("node")
    with running() as sandbox:
        found = told("hubspot.mjs", sandbox.hubspot_url)

    assert {
        "page": [["ann@example.com", "Oslo"]],
        "cursor": True,
        "all": ["ann@example.com", "bob@example.com"],
        "upserted": [[False, "Rome"]],
        "ends": [True],
        "deal": "qualifiedtobuy",
        "email": True,
        "owners": 0,
        "joined": 1,
        "refused": 409,
        "left": 1,
    } == found


def test_jsforce() -> None:
    """Describe, collections, upsert by a key, queries page by page, Bulk API 2.0, and a refusal."""
    require("node")
    key = {"object": "Lead", "name": "Outreach_Id__c", "external_id": True, "unique": True}
    quick = {"bulk": {"queue_seconds": 0, "rows_per_second": 100_000}, "query_page_size": 200}
    seed = {"custom_fields": [key], "auth": {"tokens": [TOKEN]}, "org": quick}
    with running({"salesforce": seed}) as sandbox:
        found = told("salesforce.mjs", sandbox.salesforce_url, TOKEN)

    assert {
        "fields": True,
        "made": [True, True, True],
        "upserted": True,
        "found": [["Adams", "CEO"], ["Baker", None], ["Clark", None], ["Doe", None]],
        "counted": 3,
        "bulk": [450, 0],
        "paged": 450,
        "refused": "REQUIRED_FIELD_MISSING",
        "left": 2,
        "limits": True,
    } == found
