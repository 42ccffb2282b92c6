"""The routes of the operations page.

The rule: without a session every door leads to the log-in and tells nothing else; what changes something is a form
of our own page, and is there only if `outreach serve` was told so. Nothing here is an answer of a vendor, and no
script runs: the page is text and forms.

| # | who calls                            | sees                                             |
|---|--------------------------------------|--------------------------------------------------|
| 1 | nobody we know                       | the log-in (303)                                 |
| 2 | a session                            | the page                                         |
| 3 | … sends a form without its key       | 403: another site may have sent it               |
| 4 | … sends one, changes are not allowed | 403                                              |
| 5 | … sends one                          | it is done; the page again (303), or what is wrong|
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from outreach_cli.serve.operations.facts import MOST_LINES, Reader
from outreach_cli.serve.operations.sessions import LASTS, Refusal, Session, Sessions, may_send
from outreach_cli.status_view import bucket_lines
from outreach_cli.wording import SIDES, moment_word
from outreach_core.errors import OutreachError
from outreach_core.model import Side

PLACE = "/operations"
COOKIE = "outreach_operations"
MOST_BYTES = 16_384
MOST_FIELDS = 20
_FORM = "application/x-www-form-urlencoded"
_STYLE = Path(__file__).parent / "pages" / "style.css"
HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
Handler = Callable[[Request], Awaitable[Response]]
Form = Mapping[str, str]
Deed = Callable[[Form], None]


@dataclass(frozen=True, slots=True)
class Doors:
    """What the page may do: who may see it, what it reads, whether it changes anything."""

    sessions: Sessions
    reader: Reader
    may_change: bool
    secure: bool  # whether people reach it over HTTPS, and nothing else may carry the cookie
    trouble: Callable[[], str]  # why the worker is not well, or nothing


class Operations:
    """The routes."""

    def __init__(self, doors: Doors) -> None:
        """Keep what the page is given."""
        self._doors = doors
        self._pages = Environment(
            loader=PackageLoader("outreach_cli.serve.operations", "pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._pages.filters |= {"moment": moment_word}

    def routes(self) -> list[BaseRoute]:
        """Return the routes, for an application to take in."""
        reader = self._doors.reader
        deeds: dict[str, Deed] = {
            "approve": lambda form: reader.approve(_text(form, "hash"), _text(form, "keep", "ask")),
            "decide": lambda form: reader.decide(
                _text(form, "question"),
                _text(form, "evidence"),
                _text(form, "answer"),
                _text(form, "custom") or None,
            ),
            "pause": lambda form: reader.pause(on=_text(form, "on") == "on"),
        }
        return [
            Route(PLACE, self._within(self.show), methods=["GET"]),
            Route(f"{PLACE}/row", self._within(self.row), methods=["GET"]),
            Route(f"{PLACE}/login", self.log_in, methods=["GET", "POST"]),
            Route(f"{PLACE}/logout", self._within(self.log_out), methods=["POST"]),
            Route(f"{PLACE}/style.css", self.style, methods=["GET"]),
            *(
                Route(f"{PLACE}/{name}", self._within(self._door(deed)), methods=["POST"])
                for name, deed in deeds.items()
            ),
        ]

    async def style(self, request: Request) -> Response:
        """Return the one style sheet; it tells nothing of anybody."""
        text = await run_in_threadpool(_STYLE.read_text, "utf-8")
        return Response(text, media_type="text/css", headers={"X-Content-Type-Options": "nosniff"})

    async def show(self, request: Request) -> Response:
        """Return the page (case 2)."""
        return await self._page(request)

    async def row(self, request: Request) -> Response:
        """Return why one row is as it is."""
        asked = request.query_params.get("find", "").strip()
        found = await run_in_threadpool(self._doors.reader.row, asked) if asked else None
        return self._shown("row.html", rows=found, asked=asked, side_names=SIDES, sides=tuple(Side))

    async def log_in(self, request: Request) -> Response:
        """Show the log-in, or try a token."""
        if request.method == "GET":
            return self._shown("login.html", trouble="")
        given = _text(await _form(request), "token")
        made = self._doors.sessions.log_in(given)
        if isinstance(made, Refusal):
            status = 429 if made is Refusal.TOO_MANY else 403
            return self._shown("login.html", status, trouble=str(made))
        answer = RedirectResponse(PLACE, 303)
        answer.set_cookie(
            COOKIE,
            made.key,
            max_age=int(LASTS),
            path=PLACE,
            secure=self._doors.secure,
            httponly=True,
            samesite="strict",
        )
        return answer

    async def log_out(self, request: Request) -> Response:
        """End the session; a form of another site ends nothing."""
        if not may_send(_session(request), _text(await _form(request), "form_key")):
            return self._refused("This form did not come from the page.")
        self._doors.sessions.log_out(request.cookies.get(COOKIE))
        answer = RedirectResponse(f"{PLACE}/login", 303)
        answer.delete_cookie(COOKIE, path=PLACE)
        return answer

    def _within(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            session = self._doors.sessions.find(request.cookies.get(COOKIE))
            if session is None:  # 1
                return RedirectResponse(f"{PLACE}/login", 303)
            request.state.session = session
            return await handler(request)

        return guarded

    def _door(self, deed: Deed) -> Handler:
        async def done(request: Request) -> Response:
            form = await _form(request)
            if not may_send(_session(request), _text(form, "form_key")):  # 3
                return self._refused("This form did not come from the page.")
            if not self._doors.may_change:  # 4
                return self._refused("This page only shows. See `outreach serve --help`.")
            try:
                await run_in_threadpool(deed, form)
            except OutreachError as error:
                return await self._page(request, str(error), 409)
            return RedirectResponse(PLACE, 303)  # 5

        return done

    async def _page(self, request: Request, trouble: str = "", status: int = 200) -> Response:
        page = await run_in_threadpool(self._doors.reader.page)
        return self._shown(
            "page.html",
            status,
            page=page,
            rows=bucket_lines(page.status.counts) if page.status.counts else [],
            calls=[(SIDES[side], told) for side, told in sorted(page.status.calls.items())],
            most=MOST_LINES,
            trouble=trouble,
            worker=self._doors.trouble(),
            may_change=self._doors.may_change,
            form_key=_session(request).form_key,
        )

    def _refused(self, words: str) -> Response:
        return self._shown("refused.html", 403, words=words)

    def _shown(self, name: str, status: int = 200, **given: object) -> Response:
        text = self._pages.get_template(name).render(place=PLACE, **given)
        return HTMLResponse(text, status, headers=dict(HEADERS))


def _session(request: Request) -> Session:
    found: Session = request.state.session
    return found


async def _form(request: Request) -> Form:
    """Return the fields of a form; what is too long, or no form, has none."""
    length = request.headers.get("content-length", "")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not length.isdecimal() or int(length) > MOST_BYTES or kind != _FORM:
        return {}
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return dict(parse_qsl(body, max_num_fields=MOST_FIELDS))
    except ValueError:
        return {}


def _text(form: Form, name: str, usual: str = "") -> str:
    return form.get(name) or usual
