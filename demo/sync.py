"""What the Sync button of ``make sandbox`` runs: ``meltano run crm-sync``, as people do, over this sandbox's own ledger.

The first time it does what a person would do for a first sync: provision, look, approve, deliver. What Meltano says
is kept in a file; one line for each pair of plugins is enough to follow a run in a narrow pane.
Usage: ``sync.py FOLDER``, with the sandbox's addresses in the environment.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from places import BIN, ROOT, DemoFailed, Place

ENVIRONMENT = "environment"
JOB = "crm-sync"
# HubSpot's search shows a change up to 20 seconds late, here as there
A_MOMENT = 60
SENT = {3: "2026-11-23 10:15:00", 4: "2026-11-23 10:16:00", 7: "2026-11-23 10:17:00"}
ANSWERS = {
    4: ("2026-11-24 09:05:00", "Yes, we are interested. Please call me on Tuesday."),
    7: ("2026-11-24 11:30:00", "No thank you, not interested."),
}
URLS = {
    name: f"SANDBOX_{name.upper()}_URL" for name in ("google", "hubspot", "salesforce", "control")
}
# what another shell needs to see the same sandbox and the same ledger
SHARED = ("SANDBOX_", "OUTREACH_", "MELTANO_")
PAIR = re.compile(r"Running job with name '[\w-]+:(?P<tap>[\w-]+?)-to-(?P<target>target-[\w-]+)'")
LAST_LINES = 30


def main(folder: Path) -> int:
    """Sync once; return the exit code of what failed first, or 0."""
    place = Place(folder, {name: os.environ[variable] for name, variable in URLS.items()})
    begun = folder / "begun"
    try:
        _tell_other_shells(place)
        if not begun.exists():
            _first(place)
            begun.touch()
        else:
            _say("A minute passes, so that HubSpot's search shows what people just did")
            place.time_passes(A_MOMENT)
            _job(place)
        _say("How things stand")
        print(place.outreach("status"), flush=True)
    except DemoFailed as failure:
        print(failure, flush=True)
        return 1
    return 0


def _first(place: Place) -> None:
    _say("The outreach system sent three e-mails, and two were answered")
    for row, at in SENT.items():
        place.person("google", "outreach_send", row=row, at=at)
    for row, (at, text) in ANSWERS.items():
        place.person("google", "outreach_reply", row=row, at=at, text=text)
    _say("First sync, 1 of 2: look at all three sides and write nothing but row ids")
    place.outreach("provision", "hubspot")
    _job(place)
    _say(
        "The preview, approved for you as this is a sandbox (where both sides differ, the CRM stays)"
    )
    print(place.outreach("plan", "--approve", "--keep", "crm"), flush=True)
    _say("First sync, 2 of 2: deliver it")
    place.time_passes(A_MOMENT)
    _job(place)


def _job(place: Place) -> None:
    command = [str(BIN / "meltano"), "run", "--force", JOB]
    _say(f"$ meltano run {JOB}")
    with subprocess.Popen(  # noqa: S603 - our own command
        command,
        cwd=ROOT,
        env=place.env(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        last = _follow(process.stdout or (), place.log)
    if process.returncode:
        print("".join(last), flush=True)
        raise DemoFailed(f"meltano run {JOB} ended with {process.returncode}; see {place.log}")


def _follow(said: Iterable[str], log: Path) -> deque[str]:
    """Say which plugins are at work, and keep everything; returns the last lines."""
    last: deque[str] = deque(maxlen=LAST_LINES)
    with log.open("a", encoding="utf-8") as file:
        for line in said:
            file.write(line)
            last.append(line)
            pair = PAIR.search(line)
            if pair:
                print(f"   {pair['tap']} → {pair['target']}", flush=True)
    return last


def _tell_other_shells(place: Place) -> None:
    lines = [
        f"{name}={shlex.quote(value)}\n"
        for name, value in sorted(place.env().items())
        if name.startswith(SHARED)
    ]
    file = place.folder / ENVIRONMENT
    file.touch(mode=0o600)
    file.write_text("".join(lines))


def _say(text: str) -> None:
    print(f"\n── {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
