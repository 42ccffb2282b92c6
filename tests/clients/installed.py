"""Where the third-party clients are, and what to do where they are not.

The one rule: in CI a client that is not installed fails the test; anybody else is told how to get it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CLIENTS = ROOT / ".clients"
PINS = {"node": "package-lock.json", "tap-hubspot": "tap-hubspot.txt"}
PINS |= {"tap-salesforce": "tap-salesforce.txt"}


def missing(name: str, clients: Path = CLIENTS) -> str | None:
    """What is missing of an installation, or None: it is finished and of what is pinned now."""
    if name == "node" and shutil.which("node") is None:
        return "Node.js"
    pins = PINS[name]
    done = clients / name / pins
    if not done.is_file() or done.read_bytes() != (HERE / pins).read_bytes():
        return f".clients/{name}"
    return None


def require(name: str, environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of an installed client; else a skip with the remedy, in CI a failure."""
    lacking = missing(name)
    if lacking is not None:
        message = f"no {lacking}: `.ci/setup clients` installs it"
        if environment.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return CLIENTS / name
