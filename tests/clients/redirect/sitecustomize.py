"""Leads the vendors' hosts to a sandbox, for programs whose hosts are written into them.

Python imports this by itself where the folder is on PYTHONPATH. The one rule: nothing of the
program is changed; its HTTP library, asked for a host in OUTREACH_TEST_HOSTS, goes to the sandbox,
and asked for any other host than that it fails.
"""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests

HOSTS: dict[str, str] = json.loads(os.environ.get("OUTREACH_TEST_HOSTS", "{}"))
SEND = requests.adapters.HTTPAdapter.send


def led(url: str) -> str:
    """The address in the sandbox; a host that nobody named is an error."""
    parts = urlsplit(url)
    if parts.hostname == "127.0.0.1":
        return url
    sandbox = urlsplit(HOSTS[str(parts.hostname)])
    return urlunsplit((sandbox.scheme, sandbox.netloc, parts.path, parts.query, ""))


def send(
    self: requests.adapters.HTTPAdapter, request: requests.PreparedRequest, *args: Any, **more: Any
) -> requests.Response:
    """Send the request to where it is led."""
    request.url = led(str(request.url))
    return SEND(self, request, *args, **more)


requests.adapters.HTTPAdapter.send = send  # type: ignore[method-assign]
