"""The sandbox's own doors: reset, calls, faults, clock, people.

Rule: nothing here exists at a vendor; it has its own port so that no client meets it by mistake.
"""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from outreach_sandbox.kernel.faults import BadFault
from outreach_sandbox.kernel.service import BadDoorCall
from outreach_sandbox.kernel.wire import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from outreach_sandbox.kernel.world import World

DOORS = [
    ("POST /_sandbox/reset", '{"seed": "demo" | "empty" | {...}} - start again'),
    ("GET, DELETE /_sandbox/calls", "every request so far, in order"),
    ("POST, GET, DELETE /_sandbox/faults", "failures to come, and which were used up"),
    ("POST, GET /_sandbox/clock", '{"advance_seconds": 60} - move time on'),
    ("POST /_sandbox/moments", '{"keep": "a name"} or {"go_back": "a name"}'),
    ("POST /_sandbox/people/{vendor}/{door}", "what a person does in the vendor's own screens"),
]


class ControlDoors:
    """The handlers of the control port.

    `acted` hears of the vendor at which somebody walked through a door, or None for all of them.
    """

    def __init__(self, world: World, acted: Callable[[str | None], None]) -> None:
        self.world = world
        self._acted = acted

    def routes(self) -> list[Route]:
        """Everything under `/_sandbox/`."""
        return [
            Route("/_sandbox/", self.page),
            Route("/_sandbox/reset", self.reset, methods=["POST"]),
            Route("/_sandbox/calls", self.calls, methods=["GET", "DELETE"]),
            Route("/_sandbox/faults", self.faults, methods=["GET", "POST", "DELETE"]),
            Route("/_sandbox/clock", self.clock, methods=["GET", "POST"]),
            Route("/_sandbox/moments", self.moments, methods=["POST"]),
            Route("/_sandbox/people/{vendor}/{door}", self.people, methods=["POST"]),
        ]

    async def page(self, request: Request) -> HTMLResponse:
        """One plain page that says what this is."""
        rows = "".join(f"<li><code>{html.escape(a)}</code> {html.escape(b)}</li>" for a, b in DOORS)
        people = "".join(
            f"<li><code>{vendor}/{door}</code></li>"
            for vendor, service in self.world.services.items()
            for door in sorted(service.people())
        )
        return HTMLResponse(
            "<!doctype html><title>Outreach sandbox</title><h1>Outreach sandbox</h1>"
            "<p>Loopback emulators of Google Sheets, Google Drive and the CRMs. "
            f"Nothing here reaches a real account.</p><ul>{rows}</ul>"
            f"<h2>People</h2><ul>{people}</ul>"
        )

    async def reset(self, request: Request) -> JSONResponse:
        """Start again from a seed, by default the one the sandbox was started with."""
        try:
            self.world.reset((await _body(request)).get("seed", self.world.first_seed))
        except ValueError as error:  # an unknown seed, an unknown switch, a seed that clashes
            return _refuse(str(error))
        self._acted(None)
        return JSONResponse({"ok": True})

    async def moments(self, request: Request) -> JSONResponse:
        """Keep the present moment, or return to one that was kept."""
        match await _body(request):
            case {"keep": str(name)}:
                self.world.moments.keep(name)
            case {"go_back": str(name)} if self.world.moments.go_back(name):
                pass
            case _:
                return _refuse('{"keep": "a name"}, or {"go_back": "one that was kept"}')
        self._acted(None)
        return JSONResponse({"ok": True})

    async def calls(self, request: Request) -> JSONResponse:
        """The journal."""
        if request.method == "DELETE":
            self.world.journal.clear()
        return JSONResponse(self.world.journal.as_json())

    async def faults(self, request: Request) -> JSONResponse:
        """Queue, list or forget faults."""
        queued: list[str] = []
        if request.method == "DELETE":
            self.world.faults.clear()
        if request.method == "POST":
            body = await _body(request, any_type=True)
            items = body.get("faults", [body]) if isinstance(body, dict) else body
            try:
                queued = self.world.faults.add(items)
            except (BadFault, TypeError, ValueError) as error:
                return _refuse(str(error))
        return JSONResponse({"queued": queued, "faults": self.world.faults.report()})

    async def clock(self, request: Request) -> JSONResponse:
        """Tell or move the time."""
        if request.method == "POST":
            try:
                self.world.clock.advance(float((await _body(request)).get("advance_seconds", 0)))
            except ValueError as error:
                return _refuse(str(error))
            self._acted(None)
        clock = self.world.clock
        return JSONResponse({"now": clock.now().isoformat(), "manual": clock.manual})

    async def people(self, request: Request) -> JSONResponse:
        """Walk through one side door."""
        vendor, door = request.path_params["vendor"], request.path_params["door"]
        service = self.world.services.get(vendor)
        doors = service.people() if service else {}
        if door not in doors:
            known = ", ".join(sorted(doors)) or "none"
            return _refuse(f"no door {vendor}/{door}; doors of this vendor: {known}", 404)
        try:
            answer = doors[door](await _body(request))
            self._acted(vendor)
            return JSONResponse(answer)
        except (BadDoorCall, KeyError, IndexError, TypeError, ValueError) as error:
            return _refuse(f"{vendor}/{door}: {type(error).__name__}: {error}")
        except Refused as refused:
            return JSONResponse({"error": refused.reply.body}, 400)


async def _body(request: Request, *, any_type: bool = False) -> Any:
    raw = await request.body()
    try:
        body = json.loads(raw) if raw.strip() else {}
    except ValueError:
        body = {}
    return body if any_type or isinstance(body, dict) else {}


def _refuse(message: str, status: int = 400) -> JSONResponse:
    return JSONResponse({"error": message}, status)
