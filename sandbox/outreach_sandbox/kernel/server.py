"""Serves the four loopback ports in one process and one event loop.

Rule: every socket is bound to 127.0.0.1, whatever the caller asks for.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from outreach_sandbox.console.app import Console
from outreach_sandbox.console.guard import Guard
from outreach_sandbox.console.runner import Runner
from outreach_sandbox.kernel.client import Control
from outreach_sandbox.kernel.control import ControlDoors
from outreach_sandbox.kernel.world import VENDORS, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from outreach_sandbox.kernel.clock import Clock

LOOPBACK = "127.0.0.1"
CONTROL = "control"


class LoopbackProtocol(H11Protocol):
    """Lets a response close its own connection (queued faults)."""

    def connection_made(self, transport: Any) -> None:
        """Remember the transport where a response can reach it."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to `serve`: four servers share one process."""
        yield


@dataclass(frozen=True)
class Urls:
    """Where the four ports listen."""

    google: str
    hubspot: str
    salesforce: str
    control: str

    def environment(self) -> dict[str, str]:
        """How a command that syncs with this sandbox is told where it is."""
        return {
            "SANDBOX_GOOGLE_URL": self.google,
            "SANDBOX_HUBSPOT_URL": self.hubspot,
            "SANDBOX_SALESFORCE_URL": self.salesforce,
            "SANDBOX_CONTROL_URL": self.control,
        }


@dataclass(frozen=True)
class Running:
    """A sandbox that listens, with a client for its doors."""

    google_url: str
    hubspot_url: str
    salesforce_url: str
    control_url: str
    control: Control


class Sandbox:
    """Four servers over one `World`; `sync_command` is what the console's Sync button runs."""

    def __init__(
        self,
        world: World,
        ports: dict[str, int] | None = None,
        *,
        sync_command: Sequence[str] = (),
        sync_at_start: bool = False,
    ) -> None:
        self.world = world
        self._ports = ports or {}
        self._sync_command = sync_command
        self._sync_at_start = sync_at_start
        self._servers: list[_Server] = []

    async def serve(
        self, on_ready: Callable[[Urls], None], *, handle_signals: bool = False
    ) -> None:
        """Listen until `stop`; `on_ready` is called once all four ports answer."""
        sockets = {name: _bind(self._ports.get(name, 0)) for name in (*VENDORS, CONTROL)}
        urls = Urls(**{name: _url(sock) for name, sock in sockets.items()})
        environment = {**os.environ, **urls.environment()}
        runner = Runner(self._sync_command, environment, time.monotonic)
        apps: dict[str, Any] = {name: self.world.dispatcher(name).app() for name in VENDORS}
        apps[CONTROL] = control_app(self.world, runner)
        self._servers = [_Server(_config(apps[name])) for name in sockets]
        if handle_signals:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self.stop)
        tasks = [
            asyncio.create_task(server.serve(sockets=[sock]))
            for server, sock in zip(self._servers, sockets.values(), strict=True)
        ]
        if await _all_started(self._servers, tasks):
            on_ready(urls)
            if self._sync_at_start:
                await runner.start()
        await asyncio.gather(*tasks)
        await runner.close()

    def stop(self) -> None:
        """Ask every server to finish; safe from another thread."""
        for server in self._servers:
            server.should_exit = True


@contextlib.contextmanager
def running(
    seed: str | dict[str, Any] = "empty",
    clock: Clock | None = None,
    switches: dict[str, Any] | None = None,
    random_seed: int | str = 0,
    sync_command: Sequence[str] = (),
) -> Iterator[Running]:
    """A sandbox on free ports in a daemon thread, for tests."""
    world = World(seed=seed, clock=clock, random_seed=random_seed, switches=switches)
    sandbox = Sandbox(world, sync_command=sync_command)
    ready = threading.Event()
    urls: list[Urls] = []

    def announce(found: Urls) -> None:
        urls.append(found)
        ready.set()

    thread = threading.Thread(
        target=lambda: asyncio.run(sandbox.serve(announce)), name="outreach-sandbox", daemon=True
    )
    thread.start()
    try:
        if not ready.wait(15):
            raise RuntimeError("the sandbox did not start listening within 15 seconds")
        at = urls[0]
        yield Running(at.google, at.hubspot, at.salesforce, at.control, Control(at.control))
    finally:
        sandbox.stop()
        thread.join(10)


def control_app(world: World, runner: Runner) -> Guard:
    """The control port: the sandbox's own doors and the console's page, behind one guard."""
    token = secrets.token_urlsafe(24)
    console = Console(world, runner, token)
    routes = [*ControlDoors(world, console.acted).routes(), *console.routes()]
    return Guard(Starlette(routes=routes), token)


async def _all_started(servers: list[_Server], tasks: list[asyncio.Task[None]]) -> bool:
    while not all(server.started for server in servers):
        if any(task.done() for task in tasks):
            return False
        await asyncio.sleep(0.005)
    return True


def _config(app: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=LoopbackProtocol,
        ws="none",
        loop="asyncio",
        lifespan="off",
        access_log=False,
        log_level="error",
        timeout_graceful_shutdown=1,
        server_header=False,
        date_header=False,  # the vendors' answers carry the sandbox's time
    )


def _bind(port: int) -> socket.socket:
    # named protocol: asyncio turns Nagle off only for sockets it knows to be TCP
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((LOOPBACK, port))
    return sock


def _url(sock: socket.socket) -> str:
    return f"http://{LOOPBACK}:{sock.getsockname()[1]}"
