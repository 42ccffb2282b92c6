"""Turns a `Service` into a Starlette app.

Rule: the order never changes: match, fault "before", handler, fault "after", journal, reply.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route, compile_path

from outreach_sandbox.kernel.service import Exchange, NotJson, Operation, Service, not_built
from outreach_sandbox.kernel.wire import Refused, Reply

if TYPE_CHECKING:
    import re

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from outreach_sandbox.kernel.clock import Clock
    from outreach_sandbox.kernel.faults import Fault, FaultQueue
    from outreach_sandbox.kernel.journal import Journal

log = logging.getLogger("outreach_sandbox")
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
UNKNOWN = "unknown"
Walk = Callable[[str, str, dict[str, Any]], str]  # vendor, door, body → why it was refused


@dataclass(frozen=True)
class _Compiled:
    operation: Operation
    pattern: re.Pattern[str]


class Dispatcher:
    """One vendor's operations behind one Starlette app."""

    def __init__(
        self,
        service: Service,
        clock: Clock,
        journal: Journal,
        faults: FaultQueue,
        walk: Walk = lambda vendor, door, _body: f"nobody is here for {vendor}/{door}",
    ) -> None:
        self.service = service
        self._walk = walk
        self.clock = clock
        self.journal = journal
        self.faults = faults
        self._operations = [_Compiled(o, compile_path(o.path)[0]) for o in service.operations()]

    def app(self) -> Starlette:
        """The Starlette app; every path goes through `answer`."""
        return Starlette(routes=[Route("/{path:path}", self.answer, methods=METHODS)])

    async def answer(self, request: Request) -> Response:
        """One request from match to reply."""
        chapter = self.journal.chapter
        exchange = await _exchange(request)
        operation = self._match(exchange)
        name, kind = (operation.id, operation.kind) if operation else (UNKNOWN, "api")
        before = self.faults.take(self.service.vendor, name, "before", kind)
        await self._meanwhile(before)
        reply = None if _ends(before) else self._handle(operation, exchange)
        after = None
        if reply is not None:
            after = self.faults.take(self.service.vendor, name, "after", kind)
            await self._meanwhile(after)
        fault = before if _ends(before) else after if _ends(after) else None
        response = await self._respond(fault, reply, exchange)
        response.headers["date"] = format_datetime(self.clock.now(), usegmt=True)
        if chapter == self.journal.chapter:  # a late reply's call may be forgotten by now
            self._record(exchange, name, kind, response, fault or before or after)
        return response

    async def _meanwhile(self, fault: Fault | None) -> None:
        """What happens beside the call: time passes, a person does something."""
        if fault is None:
            return
        if fault.spec.get("delay_seconds"):
            await asyncio.sleep(float(fault.spec["delay_seconds"]))
        person = fault.spec.get("person")
        if person:
            fault.refused = self._walk(
                str(person["vendor"]), str(person["door"]), dict(person.get("body") or {})
            )

    def _match(self, exchange: Exchange) -> Operation | None:
        for compiled in self._operations:
            if compiled.operation.method != exchange.method:
                continue
            found = compiled.pattern.match(exchange.path)
            if found:
                exchange.path_params = found.groupdict()
                return compiled.operation
        return None

    def _handle(self, operation: Operation | None, exchange: Exchange) -> Reply:
        if operation is None:
            custom = getattr(self.service, "not_built", None)
            reply: Reply = custom(exchange) if custom else not_built(exchange)
            return reply
        try:
            return operation.handler(exchange)
        except Refused as refused:
            return refused.reply
        except NotJson as error:
            return Reply(400, {"error": "the body is not JSON", "detail": str(error)})
        except Exception:
            log.exception("sandbox defect in %s", operation.id)
            return Reply(500, {"error": f"sandbox defect in {operation.id}", "remedy": "see log"})

    async def _respond(
        self, fault: Fault | None, reply: Reply | None, exchange: Exchange
    ) -> Response:
        spec = fault.spec if fault else {}
        if "kill_pid" in spec:
            await _kill(int(spec["kill_pid"]), group=bool(spec.get("kill_group")))
            return Closed()
        if spec.get("reset"):
            return Closed()
        if "status" in spec:
            return _response(self._failure(spec, exchange))
        if reply is None:  # truncated before anything happened: half of an error page
            reply = self._failure({"status": 502}, exchange)
        if spec.get("truncate"):
            return Truncated(reply)
        return _response(reply)

    def _failure(self, spec: dict[str, Any], exchange: Exchange) -> Reply:
        status = int(spec["status"])
        custom = getattr(self.service, "failure", None)
        if "body" not in spec and custom is not None:
            made: Reply = custom(status, exchange)
            return Reply(made.status, made.body, {**made.headers, **spec.get("headers", {})})
        body = spec.get("body", {"error": f"queued failure {status}"})
        return Reply(status, body, dict(spec.get("headers", {})), spec.get("media_type"))

    def _record(
        self,
        exchange: Exchange,
        name: str,
        kind: str,
        response: Response,
        fault: Fault | None,
    ) -> None:
        closed = isinstance(response, Closed)
        self.journal.record(
            at=self.clock.now().isoformat(),
            vendor=self.service.vendor,
            operation=name,
            method=exchange.method,
            path=exchange.path,
            query=exchange.query,
            status=None if closed else response.status_code,
            inputs=exchange.inputs,
            fault=fault.id if fault else None,
            kind=kind,
        )


class Closed(Response):
    """The connection closed without a reply."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Abort the transport and let the server notice."""
        scope["state"]["transport"].abort()
        await asyncio.sleep(0.01)


class Truncated(Response):
    """All headers, half of the body, then the connection closed."""

    def __init__(self, reply: Reply) -> None:
        content, media_type = reply.content()
        super().__init__(content, reply.status, reply.headers, media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what fits the promise of half a body."""
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        scope["state"]["transport"].close()
        await asyncio.sleep(0.01)


async def _exchange(request: Request) -> Exchange:
    return Exchange(
        method=request.method,
        path=request.url.path if request.scope.get("path") is None else request.scope["path"],
        query=[(str(k), str(v)) for k, v in request.query_params.multi_items()],
        headers={k.lower(): v for k, v in request.headers.items()},
        body=await request.body(),
    )


def _response(reply: Reply) -> Response:
    content, media_type = reply.content()
    return Response(content, reply.status, reply.headers, media_type)


def _ends(fault: Fault | None) -> bool:
    """Whether the fault replaces the reply (a mere delay does not)."""
    return fault is not None and any(
        fault.spec.get(action) for action in ("status", "reset", "truncate", "kill_pid")
    )


async def _kill(pid: int, *, group: bool) -> None:
    try:
        if group:
            os.killpg(os.getpgid(pid), signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    for _ in range(200):
        if not _alive(pid):
            return
        await asyncio.sleep(0.01)


def _alive(pid: int) -> bool:
    """Whether the process still runs; one that waits to be reaped does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    if stat.exists():
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    return True
