"""The session simple-salesforce sends through: one origin, time limits, nothing from files.

Rule: whatever address the library writes, the request goes to `origin` and nowhere else.

Each overridden default of simple-salesforce 1.12.10 and requests 2, and why:

| default | instead | why |
|---|---|---|
| ``https://`` and the vendor's hosts in every URL | `origin` | the sandbox is on loopback; a host must be set, not guessed |
| no time limit | ``TIMEOUT`` | a silent server would hang the run |
| redirects are followed | not followed | they would carry a record to a place nobody named |
| ``.netrc`` replaces the token | own ``auth`` | a file on the machine must not sign in as somebody else |
| text is read as Latin-1 | UTF-8 | result files have no charset and hold people's names |
| pretty-printed answers | compact ones | a fifth more to travel, for nobody to read |
"""

from __future__ import annotations

import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests

TIMEOUT = (10, 120)
# https://developer.salesforce.com/docs/platform/api-rest/guide/headers-api-usage.html: an app with
# a limit of its own has a second part after the first
_USAGE = re.compile(r"(?:^|[^-])api-usage=(\d+)/(\d+)")


class OneOrigin(requests.Session):
    """A session that goes to one place, whatever it is told.

    Attributes:
        origin: Scheme, host and port.
        bearer: The access token; empty for sign-in.
        usage: Calls used and allowed in 24 hours, as the last answer said.
        status: That of the last answer; 0 before and while there is none.
    """

    def __init__(
        self, origin: str = "", *, clock: Callable[[], float], trust_env: bool = True
    ) -> None:
        super().__init__()
        self.origin = origin
        self.bearer = ""
        self.usage: tuple[int, int] | None = None
        self.status = 0
        self.trust_env = trust_env
        self.auth = self._signed
        self._clock = clock
        self._told: tuple[float, float] | None = None

    def request(self, method: Any, url: Any, *args: Any, **more: Any) -> requests.Response:
        """Send to the origin."""
        asked, there = urlsplit(str(url)), urlsplit(self.origin)
        target = urlunsplit((there.scheme, there.netloc, asked.path, asked.query, ""))
        more["timeout"] = TIMEOUT
        more["allow_redirects"] = False
        self.status = 0
        reply = super().request(method, target, *args, **more)
        return self.heard(reply)

    def heard(self, reply: requests.Response) -> requests.Response:
        """Take from an answer what every answer tells: the vendor's time, and the calls left."""
        reply.encoding = "utf-8"
        self.status = reply.status_code
        self._note(reply)
        return reply

    def vendor_now(self) -> float | None:
        """Return the time at Salesforce, in seconds of the epoch, once an answer said it."""
        if self._told is None:
            return None
        told, heard = self._told
        return told + self._clock() - heard

    def _signed(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.bearer:
            prepared.headers["Authorization"] = f"Bearer {self.bearer}"
        prepared.headers.pop("X-PrettyPrint", None)
        return prepared

    def _note(self, reply: requests.Response) -> None:
        found = _USAGE.search(reply.headers.get("Sforce-Limit-Info", ""))
        if found:
            self.usage = int(found[1]), int(found[2])
        try:
            told = parsedate_to_datetime(reply.headers.get("Date", "")).timestamp()
        except (TypeError, ValueError):
            return
        self._told = told, self._clock()
