"""The routes of the console: the page, what the panes show, what happens, and the Sync button.

Rule: every answer is made from the world as it is now; the console keeps nothing of its own about it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from starlette.responses import Response
from starlette.routing import Route

from outreach_sandbox.console import hubspot_view, pages, salesforce_view, sheet_view
from outreach_sandbox.console.pulse import Pulse
from outreach_sandbox.console.records import NoSuchRecord
from outreach_sandbox.console.runner import Busy
from outreach_sandbox.kernel.world import VENDORS

if TYPE_CHECKING:
    from starlette.requests import Request

    from outreach_sandbox.console.runner import Runner
    from outreach_sandbox.google.service import GoogleService
    from outreach_sandbox.hubspot.portal import Portal
    from outreach_sandbox.hubspot.service import HubSpotService
    from outreach_sandbox.kernel.world import World
    from outreach_sandbox.salesforce.org import Org
    from outreach_sandbox.salesforce.service import SalesforceService


class Console:
    """The handlers behind the page."""

    def __init__(self, world: World, runner: Runner, token: str) -> None:
        self.world = world
        self.runner = runner
        self.pulse = Pulse(world.journal)
        self._token = token

    def routes(self) -> list[Route]:
        """Everything under `/` and `/console/`."""
        return [
            Route("/", self.page),
            Route("/console/pulse", self.beat),
            Route("/console/sync", self.sync, methods=["POST"]),
            Route("/console/sync/stop", self.stop, methods=["POST"]),
            Route("/console/panes/google", self.sheet),
            Route("/console/panes/hubspot/{object}", self.hubspot),
            Route("/console/panes/hubspot/{object}/{id}", self.hubspot_record),
            Route("/console/panes/salesforce/{object}", self.salesforce),
            Route("/console/panes/salesforce/{object}/{id}", self.salesforce_record),
            Route("/console/{name}", self.asset),
        ]

    def acted(self, vendor: str | None) -> None:
        """Somebody walked through a person's door, or all sides may be new."""
        self.pulse.acted(*([vendor] if vendor else VENDORS))

    async def page(self, request: Request) -> Response:
        """The page itself."""
        return pages.index(self._token)

    async def asset(self, request: Request) -> Response:
        """One of its files."""
        return pages.asset(request.path_params["name"])

    async def beat(self, request: Request) -> Response:
        """{calls, chapter, lines, run}: what happened since."""
        asked = request.query_params
        seq, chapter, lines, run = (
            _number(asked.get(n)) for n in ("seq", "chapter", "lines", "run")
        )
        now = self.world.clock.now().isoformat(timespec="seconds")
        found = self.pulse.since(seq, chapter)
        return _json({"now": now, **found, "sync": self.runner.report(lines, run)})

    async def sync(self, request: Request) -> Response:
        """Press the button."""
        try:
            return _json({"run": await self.runner.start()}, 202)
        except Busy as busy:
            return _json({"error": str(busy)}, 409)

    async def stop(self, request: Request) -> Response:
        """End the run that is under way."""
        self.runner.stop()
        return _json({"ok": True})

    async def sheet(self, request: Request) -> Response:
        """A tab of the spreadsheet."""
        asked = request.query_params
        store = cast("GoogleService", self.world.services["google"]).store
        return _json(sheet_view.look(store, asked.get("tab"), _number(asked.get("from")) or 1))

    async def hubspot(self, request: Request) -> Response:
        """A list of HubSpot's."""
        name, words, deleted = _asked(request)
        if name not in hubspot_view.COLUMNS:
            return _json({"error": f"no list of {name}"}, 404)
        return _json(hubspot_view.look(self._portal(), name, words, deleted=deleted).as_json())

    async def hubspot_record(self, request: Request) -> Response:
        """A record of HubSpot's."""
        name = request.path_params["object"]
        if name not in hubspot_view.COLUMNS:
            return _json({"error": f"no list of {name}"}, 404)
        try:
            found = hubspot_view.page(self._portal(), name, request.path_params["id"])
        except NoSuchRecord as missing:
            return _json({"error": str(missing)}, 404)
        return _json(found.as_json())

    async def salesforce(self, request: Request) -> Response:
        """A list of Salesforce's."""
        name, words, deleted = _asked(request)
        if name not in salesforce_view.COLUMNS:
            return _json({"error": f"no list of {name}"}, 404)
        return _json(salesforce_view.look(self._org(), name, words, deleted=deleted).as_json())

    async def salesforce_record(self, request: Request) -> Response:
        """A record of Salesforce's."""
        try:
            found = salesforce_view.page(self._org(), request.path_params["id"])
        except NoSuchRecord as missing:
            return _json({"error": str(missing)}, 404)
        return _json(found.as_json())

    def _portal(self) -> Portal:
        return cast("HubSpotService", self.world.services["hubspot"]).contents().portal

    def _org(self) -> Org:
        desk = cast("SalesforceService", self.world.services["salesforce"]).desk
        desk.jobs.settle(desk)
        return desk.org


def _asked(request: Request) -> tuple[str, str, bool]:
    asked = request.query_params
    return request.path_params["object"], asked.get("q", ""), asked.get("deleted") == "1"


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0


def _json(body: Any, status: int = 200) -> Response:
    text = json.dumps(body)  # ASCII alone: a cell may hold half of a surrogate pair
    return Response(text, status, pages.HEADERS, "application/json")
