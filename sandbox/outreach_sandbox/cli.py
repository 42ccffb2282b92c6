"""The command `outreach-sandbox`.

Rule: it prints where the four ports listen and stops cleanly on SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shlex
import tempfile
from dataclasses import asdict
from pathlib import Path

from outreach_sandbox.kernel.clock import Clock
from outreach_sandbox.kernel.server import Sandbox, Urls
from outreach_sandbox.kernel.world import World


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="outreach-sandbox",
        description="Loopback emulators of Google Sheets, Google Drive and the CRMs.",
    )
    serve = parser.add_subparsers(dest="command", required=True).add_parser(
        "serve", help="listen on 127.0.0.1 until stopped"
    )
    for name, port in (("google", 8801), ("hubspot", 8802), ("salesforce", 8803)):
        serve.add_argument(f"--{name}-port", type=int, default=port, help="0 takes a free port")
    serve.add_argument("--control-port", type=int, default=8800, help="0 takes a free port")
    serve.add_argument("--seed", default="demo", help="demo, empty, or a JSON file")
    serve.add_argument("--clock", choices=["wall", "manual"], default="wall")
    serve.add_argument("--sync-command", default="", help="what the console's Sync button runs")
    serve.add_argument("--sync-at-start", action="store_true", help="press it once, at once")
    serve.add_argument("--random-seed", type=int, default=0)
    serve.add_argument("--ports-file", type=Path, help="write the URLs here once listening")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    asked = _parser().parse_args(argv)
    if asked.sync_at_start and not asked.sync_command:
        print("outreach-sandbox: --sync-at-start needs a --sync-command")
        return 2
    try:
        world = World(
            seed=asked.seed,
            clock=Clock(manual=asked.clock == "manual"),
            random_seed=asked.random_seed,
        )
    except ValueError as error:  # an unknown seed or switch
        print(f"outreach-sandbox: {error}")
        return 2
    names = ("google", "hubspot", "salesforce", "control")
    ports = {name: int(getattr(asked, f"{name}_port")) for name in names}

    def announce(urls: Urls) -> None:
        for name, url in asdict(urls).items():
            print(f"{name:<11}{url}", flush=True)
        print(f"\nOpen {urls.control}/ in a browser to see all three side by side.", flush=True)
        if asked.ports_file:
            _write_atomically(asked.ports_file, json.dumps(asdict(urls)) + "\n")

    sandbox = Sandbox(
        world,
        ports,
        sync_command=shlex.split(asked.sync_command),
        sync_at_start=asked.sync_at_start,
    )
    try:
        asyncio.run(sandbox.serve(announce, handle_signals=True))
    except OSError as error:
        print(f"outreach-sandbox: cannot listen: {error.strerror}; try another port or 0")
        return 1
    return 0


def _write_atomically(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    Path(name).replace(path)


if __name__ == "__main__":
    raise SystemExit(main())
