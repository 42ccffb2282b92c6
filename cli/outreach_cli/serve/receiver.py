"""Takes in messages over HTTP.

The rule: 2xx means committed. No vendor is called, no run is started here; a message is kept, the worker is woken,
and the caller has its answer well within the vendor's five seconds. A log line holds words and counts alone.

https://developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide (five seconds, retries)
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from outreach_cli.serve.gates import Gate
from outreach_cli.serve.inbox import Inbox
from outreach_cli.serve.metrics import Metrics
from outreach_cli.serve.replays import Replays
from outreach_cli.serve.signatures import Signed
from outreach_cli.serve.verdicts import Refused, Verdict

BODY_SECONDS = 2.0
KEEP_SECONDS = 2.5
PATHS: Mapping[str, str] = {"hubspot": "/hubspot/webhooks", "salesforce": "/salesforce/events"}
_log = logging.getLogger("outreach.serve")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything the receiver is given: clocks, the ledger, whom to wake, who is well."""

    inbox: Inbox
    metrics: Metrics
    now: Callable[[], float]  # seconds since 1970
    monotonic: Callable[[], float]
    wake: Callable[[], None]
    trouble: Callable[[], str]  # why the worker is not well, or nothing
    job: str
    public_url: str

    def now_ms(self) -> int:
        """Return the time as the vendors write it."""
        return int(self.now() * 1000)


class Receiver:
    """The routes of the receiver."""

    def __init__(self, gates: Mapping[str, Gate], around: Surroundings) -> None:
        """Take what the routes need; nothing is opened yet."""
        self._gates = gates
        self._around = around
        self._replays = Replays(around.now_ms)

    def routes(self) -> list[BaseRoute]:
        """Return the routes, for an application to take in."""
        doors = [
            Route(PATHS[vendor], self._door(vendor), methods=["POST"]) for vendor in self._gates
        ]
        return [
            *doors,
            Route("/health", self.ready, methods=["GET"]),
            Route("/health/live", self.live, methods=["GET"]),
            Route("/metrics", self.metrics, methods=["GET"]),
        ]

    def app(self, more: Sequence[BaseRoute] = ()) -> Starlette:
        """Return the application, with the routes of others on the same server."""

        @contextlib.asynccontextmanager
        async def lifespan(app: Starlette) -> AsyncIterator[None]:  # noqa: ARG001
            await self._around.inbox.start()
            yield
            await self._around.inbox.stop()

        return Starlette(routes=[*self.routes(), *more], lifespan=lifespan)

    async def live(self, request: Request) -> Response:
        """Answer as long as there is somebody to answer."""
        return JSONResponse({"live": True})

    async def ready(self, request: Request) -> Response:
        """Tell whether a message would be kept, and whether somebody works on it."""
        ledger = "ok"
        try:
            async with asyncio.timeout(KEEP_SECONDS):
                await self._around.inbox.waiting(self._around.job)
        except Exception:  # noqa: BLE001 - whatever it is, nothing would be kept
            ledger = "not reached"
        worker = self._around.trouble() or "ok"
        ready = (ledger, worker) == ("ok", "ok")
        found = {"live": True, "ready": ready, "ledger": ledger, "worker": worker}
        return JSONResponse(found, 200 if ready else 503)

    async def metrics(self, request: Request) -> Response:
        """Return the counters."""
        try:
            async with asyncio.timeout(KEEP_SECONDS):
                waiting = await self._around.inbox.waiting(self._around.job)
        except Exception:  # noqa: BLE001 - what it is, /health says
            return Response(status_code=503)
        text = self._around.metrics.text(waiting, self._around.now)
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    def _door(self, vendor: str) -> Callable[[Request], object]:
        async def receive(request: Request) -> Response:
            started = self._around.monotonic()
            try:
                verdict = await self._take(vendor, request)
            except Refused as refused:
                verdict = refused.verdict
                _log.info("%s: refused, %s", vendor, verdict.word)
            except Exception as error:  # noqa: BLE001 - the vendor tries again; no message is logged
                verdict = Verdict.BUSY
                _log.error("%s: not kept, %s", vendor, type(error).__name__)
            self._around.metrics.request(vendor, verdict.word, self._around.monotonic() - started)
            return Response(status_code=verdict.status)

        return receive

    async def _take(self, vendor: str, request: Request) -> Verdict:
        gate = self._gates[vendor]
        claim = gate.claim(request.headers, self._around.now_ms())
        body = await _body(request, gate.most_bytes)
        gate.verify(claim, Signed(request.method, self._uri(request), body))
        if not self._replays.claim(claim.signature):
            raise Refused(Verdict.REPLAYED)
        try:
            kept = await self._keep(vendor, gate, body)
        except BaseException:
            self._replays.give_back(claim.signature)
            raise
        if kept:
            self._around.wake()
        return Verdict.ACCEPTED

    async def _keep(self, vendor: str, gate: Gate, body: bytes) -> bool:
        events = gate.read(body)
        try:
            async with asyncio.timeout(KEEP_SECONDS):
                what = await self._around.inbox.keep(gate.side, events)
        except TimeoutError as error:
            raise Refused(Verdict.BUSY) from error
        for word, number in what.items():
            for _ in range(number):
                self._around.metrics.event(vendor, word)
        _log.info("%s: %s", vendor, ", ".join(f"{n} {word}" for word, n in sorted(what.items())))
        return bool(what["kept"] or what["too_many"])

    def _uri(self, request: Request) -> str:
        """Return the address the vendor called: the public one, with path and query as they came."""
        path = bytes(request.scope.get("raw_path") or request.url.path.encode()).decode("latin-1")
        query = bytes(request.scope["query_string"]).decode("latin-1")
        return self._around.public_url.rstrip("/") + path + (f"?{query}" if query else "")


async def _body(request: Request, most: int) -> bytes:
    """Read the body, up to a limit and for a while.

    Raises:
        Refused: It is too long, comes too slowly, or ends too early.
    """
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > most:
        raise Refused(Verdict.TOO_LARGE)
    parts = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                parts += part
                if len(parts) > most:
                    raise Refused(Verdict.TOO_LARGE)
    except (ClientDisconnect, TimeoutError) as error:
        raise Refused(Verdict.TRUNCATED) from error
    return bytes(parts)
