"""The XML of Bulk API 1.0: read without a tree, written as recorded.

The one rule: a request is flat, so its elements are read as names and texts; entities are not
resolved, and a document type is refused by not being looked at.

https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/asynch_api_reference_jobinfo.htm
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, unescape

from outreach_sandbox.salesforce.wire import Answer, NotBuiltError, Problem

if TYPE_CHECKING:
    from outreach_sandbox.kernel.service import Exchange

SPACE = "http://www.force.com/2009/06/asyncapi/dataload"
TYPE = "application/xml"
CSV_ANSWER = "text/csv"
FLAT = re.compile(r"<(\w+)>([^<]*)</\1>")


def read(exchange: Exchange) -> dict[str, str]:
    """The elements of a request."""
    text = exchange.body.decode("utf-8", "replace")
    if not text.lstrip().startswith("<"):
        raise NotBuiltError("Bulk API 1.0 in JSON")
    return {name: unescape(value) for name, value in FLAT.findall(text)}


def element(name: str, parts: list[tuple[str, Any]]) -> tuple[str, Any]:
    """An element with others in it."""
    return name, parts


def xml(root: tuple[str, Any], status: int = 200) -> Answer:
    """An answer with this element at its root."""
    name, parts = root
    head = f'<?xml version="1.0" encoding="UTF-8"?><{name}\n   xmlns="{SPACE}"'
    inner = "".join(_written(part, 1) for part in parts)
    text = f"{head}>\n{inner}</{name}>" if parts else f"{head} />"
    return Answer(status, text, media_type=TYPE)


def refusal(problem: Problem) -> Answer:
    """An error as this API tells one; its codes are written in another way than elsewhere."""
    code = "InvalidSessionId" if problem.code == "INVALID_SESSION_ID" else problem.code
    parts = [("exceptionCode", code), ("exceptionMessage", problem.message)]
    return xml(element("error", parts), problem.status)


def _written(part: tuple[str, Any], depth: int) -> str:
    name, value = part
    pad = " " * depth
    if isinstance(value, list):
        inner = "".join(_written(each, depth + 1) for each in value)
        return f"{pad}<{name}>\n{inner}{pad}</{name}>\n"
    return f"{pad}<{name}>{escape(str(value))}</{name}>\n"
