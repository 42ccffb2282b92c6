"""Puts the receiver and its worker together and serves until told to stop.

The rule: nothing is answered before the worker is ready and the ledger open; on SIGTERM no new message is taken, what
was begun is kept, a run goes to its end.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import uvicorn

from outreach_adapters.identifiers import new_id, utc_now
from outreach_adapters.ledger import Ledger, open_ledger
from outreach_cli.serve.gates import Gate, HubSpotGate, SalesforceGate
from outreach_cli.serve.inbox import Inbox
from outreach_cli.serve.keys import keys_of
from outreach_cli.serve.metrics import Metrics
from outreach_cli.serve.operations.facts import Reader
from outreach_cli.serve.operations.routes import PLACE, Doors, Operations
from outreach_cli.serve.operations.sessions import Sessions
from outreach_cli.serve.operations.token import Token, token_of
from outreach_cli.serve.receiver import Receiver, Surroundings
from outreach_cli.serve.warm_process import WarmProcess
from outreach_cli.serve.worker import Worker
from outreach_cli.settings import Settings
from outreach_core.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command was told."""

    host: str
    port: int
    public_url: str
    job: str
    state_id_suffix: str
    settle_seconds: float
    runs_per_minute: int
    allow_old_signatures: bool
    operations_may_change: bool = False


_log = logging.getLogger("outreach.serve")


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: uvicorn would raise them again at its end, and a run would be cut off."""
        yield


def serve(settings: Settings, asked: Asked, listening: Callable[[str], None]) -> None:
    """Serve until a signal comes.

    Raises:
        ConfigError: A key or a setting is missing, or the address cannot be listened at.
        Retriable: The worker cannot be made ready.
    """
    _log_plainly()
    metrics = Metrics()
    warm = WarmProcess(
        settings.project_root, settings.environment, asked.job, asked.state_id_suffix
    )
    sock = _bound(asked)
    ledger = _opened(settings, utc_now)
    worker = Worker(
        ledger, warm, metrics, asked.job, asked.settle_seconds, asked.runs_per_minute, utc_now
    )
    token = _token(settings)
    thread = threading.Thread(target=worker.work, name="worker")
    try:
        warm.start()
        thread.start()
        url = f"http://{asked.host}:{sock.getsockname()[1]}"
        server = _server(settings, asked, worker, url, token)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: setattr(server, "should_exit", True))
        listening(url)
        told = f"the token is in {token.file}" if token.file else "the token is the one you set"
        _log.info("operations page: %s%s, %s", url, PLACE, told)
        server.run(sockets=[sock])
    finally:
        worker.stop()
        if thread.ident is None:
            warm.stop()
        else:
            thread.join()
        ledger.close()
        sock.close()


def _token(settings: Settings) -> Token:
    """Return the token of the operations page; made and kept where nobody set one."""
    given = settings.operations
    own = settings.project_root / ".outreach" / "operations-token"
    return token_of(given.token, given.token_file, own, _secret)


def _secret() -> str:
    return secrets.token_urlsafe(32)


def _operations(settings: Settings, asked: Asked, worker: Worker, token: Token) -> Operations:
    return Operations(
        Doors(
            Sessions(token.text, now=time.monotonic, secret=_secret),
            Reader(settings, utc_now),
            may_change=asked.operations_may_change,
            secure=asked.public_url.startswith("https://"),
            trouble=lambda: worker.trouble,
        )
    )


def _server(settings: Settings, asked: Asked, worker: Worker, url: str, token: Token) -> _Server:
    around = Surroundings(
        inbox=Inbox(lambda: _opened(settings, utc_now)),
        metrics=worker.metrics,
        now=time.time,
        monotonic=time.monotonic,
        wake=worker.wake,
        trouble=lambda: worker.trouble,
        job=asked.job,
        public_url=asked.public_url or url,
    )
    told = settings.signing
    gates: dict[str, Gate] = {
        "hubspot": HubSpotGate(settings.hubspot.client_secret or "", asked.allow_old_signatures),
        "salesforce": SalesforceGate(keys_of(told.salesforce_key, told.salesforce_key_file)),
    }
    config = uvicorn.Config(
        Receiver(gates, around).app(_operations(settings, asked, worker, token).routes()),
        ws="none",
        lifespan="on",
        access_log=False,  # an address may hold what a person typed
        log_level="warning",
        server_header=False,
        proxy_headers=False,  # the public address is told, never believed
        limit_concurrency=200,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=5,
    )
    return _Server(config)


def _opened(settings: Settings, now: Callable[[], datetime]) -> Ledger:
    return open_ledger(settings.ledger_url, now=now, new_id=new_id)


def _bound(asked: Asked) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((asked.host, asked.port))
        sock.listen(128)  # whoever calls from now on is answered once everything is ready
    except OSError as error:
        sock.close()
        raise ConfigError(
            f"Nobody can listen at {asked.host}:{asked.port}: {error.strerror}.",
            code="no_port",
            remedy="Name another one with --port, or 0 for any.",
        ) from error
    return sock


def _log_plainly() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log = logging.getLogger("outreach.serve")
    log.handlers, log.propagate = [handler], False
    log.setLevel(logging.INFO)
