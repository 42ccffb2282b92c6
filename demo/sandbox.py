"""``make sandbox``: the vendors on loopback until interrupted, with a page that shows all three and a Sync button.

What the syncs of one sandbox know lies in a folder of its own and goes with it: the sandbox forgets everything
when it stops, and a ledger that remembered would take that for deletions. Whatever follows is passed on to
``outreach-sandbox serve``.
"""

from __future__ import annotations

import contextlib
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from places import BIN, ROOT, share_plugins
from sync import ENVIRONMENT

HOME = ROOT / ".outreach"


def main(argv: list[str]) -> int:
    """Serve until interrupted; return the command's exit code."""
    HOME.mkdir(mode=0o700, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="sandbox-", dir=HOME))
    try:
        share_plugins(folder / "meltano")
        print(f"To use the same sandbox in another shell:  set -a; . {_shown(folder)}; set +a\n")
        sys.stdout.flush()
        sync = shlex.join([sys.executable, str(ROOT / "demo" / "sync.py"), str(folder)])
        serve = [str(BIN / "outreach-sandbox"), "serve", "--sync-command", sync, "--sync-at-start"]
        return _run([*serve, *argv])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _shown(folder: Path) -> Path:
    return (folder / ENVIRONMENT).relative_to(ROOT)


def _run(command: list[str]) -> int:
    with subprocess.Popen(command) as process:  # noqa: S603 - our own command
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        while True:  # an interrupt reaches the child too, which ends in its own time
            with contextlib.suppress(KeyboardInterrupt):
                return process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
