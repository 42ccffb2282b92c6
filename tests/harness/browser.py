"""A headless Chromium that opens pages, presses buttons and says where it is.

The rule: it is driven over its debugging pipe, so that no port is opened and no driver is installed.
https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync --no-proxy-server "
    "--disable-extensions --remote-debugging-pipe"
)
PATIENCE = 20.0


def installed() -> str | None:
    """Return the browser of this machine, if there is one."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One tab."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = commands
        self._answers = answers
        self._rest = b""
        self._last = 0
        self._loaded = False
        self._session: str | None = None
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self._ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        self._ask("Page.enable")

    def open(self, url: str) -> None:
        """Open a page and wait until it is there."""
        self._loaded = False
        self._ask("Page.navigate", url=url)
        self._load()

    def press(self, selector: str) -> None:
        """Press what the selector finds, and wait until another page is there."""
        self._loaded = False
        # later: an answer that is due while the page goes away never comes
        self._say(f"setTimeout(() => document.querySelector({json.dumps(selector)}).click(), 1)")
        self._load()

    def tick(self, selector: str) -> None:
        """Press what the selector finds, on this page."""
        self._say(f"document.querySelector({json.dumps(selector)}).click()")

    def text(self) -> str:
        """What a person reads."""
        return str(self._say("document.body.innerText"))

    def address(self) -> str:
        """Where the browser is."""
        return str(self._say("location.href"))

    def _load(self) -> None:
        while not self._loaded:
            self._next()

    def _say(self, expression: str) -> Any:
        told = self._ask("Runtime.evaluate", expression=expression, returnByValue=True)
        return told.get("result", {}).get("value")

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._last:
                found: dict[str, Any] = answer.get("result", {})
                return found

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._answers], [], [], PATIENCE)
            assert ready, "the browser is silent"
            read = os.read(self._answers, 65_536)
            assert read, "the browser has gone"
            self._rest += read
        first, _, self._rest = self._rest.partition(b"\0")
        found: dict[str, Any] = json.loads(first)
        self._loaded |= found.get("method") == "Page.loadEventFired"
        return found


@contextlib.contextmanager
def browsing(program: str, folder: Path) -> Iterator[Browser]:
    """Start a browser with an empty profile; end it with the block."""
    theirs, commands = os.pipe()
    answers, ours = os.pipe()
    line = f'exec "$0" {FLAGS} --user-data-dir="$1" about:blank 3<&{theirs} 4>&{ours}'
    with (folder / "browser.log").open("wb") as log:
        process = subprocess.Popen(
            ["/bin/bash", "-c", line, program, str(folder / "profile")],
            pass_fds=(theirs, ours),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    os.close(theirs)
    os.close(ours)
    try:
        yield Browser(commands, answers)
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()
        os.close(commands)
        os.close(answers)
