"""In the sandbox environment nothing starts without a loopback address, before a vendor's could apply."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.project import ROOT

pytestmark = pytest.mark.processes

PLUGINS = {
    "tap-outreach-sheets": ("api_base_url", "token_url", "drive_base_url"),
    "tap-hubspot-crm": ("api_base_url", "token_url"),
    "target-outreach-sheets": ("api_base_url", "token_url"),
    "target-hubspot-activities": ("api_base_url", "token_url"),
    "tap-salesforce-crm": ("api_base_url", "login_url"),
    "target-salesforce-leads": ("api_base_url", "login_url"),
}
BAD = {
    "unset": None,
    "empty": "",
    "vendor": "https://api.hubapi.com",
}
FINE = "http://127.0.0.1:1"
# loads a program by its command's name and refuses every connection it would open
_ENTRY = """
import socket, sys
from importlib.metadata import entry_points
def refuse(*args, **kwargs):
    print("CONNECTED", args[-1:], file=sys.stderr)
    raise OSError("no network in this test")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
(found,) = {e.value: e for e in entry_points(group="console_scripts", name=sys.argv[1])}.values()
sys.argv = sys.argv[1:]
sys.exit(found.load()())
"""
STREAM = "\n".join(
    json.dumps(message)
    for message in (
        {
            "type": "SCHEMA",
            "stream": "contacts",
            "key_properties": [],
            "schema": {"properties": {}},
        },
        {"type": "SCHEMA", "stream": "cells", "key_properties": [], "schema": {"properties": {}}},
        {"type": "SCHEMA", "stream": "leads", "key_properties": [], "schema": {"properties": {}}},
        {"type": "RECORD", "stream": "contacts", "record": {"email": "a@example.org"}},
        {"type": "RECORD", "stream": "leads", "record": {"Email": "a@example.org"}},
        {"type": "RECORD", "stream": "cells", "record": {"rid": "r", "cells": {"Phone": "1"}}},
        {"type": "STATE", "value": {}},
    )
)


def run(name: str, args: list[str], env: dict[str, str], said: str = "") -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", _ENTRY, name, *args],
        input=said,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **env},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr + done.stdout


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("name", PLUGINS)
def test_a_plugin_refuses_to_start(tmp_path: Path, name: str, kind: str):
    """Whichever of its addresses is not loopback: the setting is named, and no connection is tried."""
    for setting in PLUGINS[name] if kind == "vendor" else PLUGINS[name][:1]:
        config = {
            "outreach_environment": "sandbox",
            "spreadsheet_id": "any",
            "state_dir": str(tmp_path),
            **dict.fromkeys(PLUGINS[name], FINE),
            setting: BAD[kind],
        }
        path = tmp_path / "config.json"
        path.write_text(json.dumps({k: v for k, v in config.items() if v is not None}))

        code, text = run(name, ["--config", str(path)], {}, STREAM)

        assert 0 != code, setting
        assert "must be an http://127.0.0.1 address" in text, (setting, text)
        assert f"`{setting}`" in text
        assert "CONNECTED" not in text


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("crm", ["hubspot", "salesforce"])
def test_the_command_refuses_to_start(tmp_path: Path, kind: str, crm: str):
    """So does what people type."""
    url = {} if BAD[kind] is None else {f"SANDBOX_{crm.upper()}_URL": str(BAD[kind])}
    env = {"OUTREACH_STATE_DIR": str(tmp_path), "OUTREACH_ENVIRONMENT": "sandbox", **url}
    (tmp_path / "meltano.yml").touch()

    code, text = run("outreach", ["provision", crm], {**env, "MELTANO_PROJECT_ROOT": str(tmp_path)})

    assert 0 != code
    assert "127.0.0.1" in text
    assert "CONNECTED" not in text
