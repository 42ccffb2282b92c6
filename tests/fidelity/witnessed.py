"""Starts a sandbox in a process of its own and writes down whatever does not fit published schemas.

`python -m fidelity.witnessed FILE serve ...`: as `outreach-sandbox serve ...`; each violation is a
line of FILE, once.

The one rule: the sandbox is the one that users start; only what passes through it is looked at.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fidelity.witness import watch
from outreach_sandbox.cli import main

FOLDERS = (Path(__file__).resolve().parents[2], Path(__file__).resolve().parents[1])


class Page:
    """The file that violations are written to; one that stands there is not written again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written: set[str] = set()

    def note(self, text: str) -> None:
        """Write one violation down."""
        if text not in self._written:
            self._written.add(text)
            with self._path.open("a", encoding="utf-8") as page:
                page.write(text + "\n")


def command(path: Path) -> list[str]:
    """The words that start this module; `environment` has to go with them."""
    return [sys.executable, "-m", "fidelity.witnessed", str(path)]


def environment(inherited: dict[str, str]) -> dict[str, str]:
    """The environment in which this module is found."""
    return inherited | {"PYTHONPATH": ":".join(map(str, FOLDERS))}


def read(path: Path) -> list[str]:
    """What was written down so far; whoever reads it takes it away."""
    if not path.exists():
        return []
    found = path.read_text(encoding="utf-8").splitlines()
    path.write_text("", encoding="utf-8")
    return found


if __name__ == "__main__":
    watch(Page(Path(sys.argv.pop(1))).note, requests=lambda: True)
    main()
