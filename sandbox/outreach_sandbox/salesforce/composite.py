"""Several requests in one: composite, whose parts may refer to each other, and composite/batch.

The one rule: a part is answered by the same rule as the request alone would be; only counting
differs: a composite is one call, a batch as many as it has parts.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm
https://developer.salesforce.com/docs/atlas.en-us.264.0.api_rest.meta/api_rest/resources_composite_batch.htm
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from outreach_sandbox.kernel.service import Exchange
from outreach_sandbox.salesforce.desk import sent_object
from outreach_sandbox.salesforce.wire import Answer, Problem, RefusedError, Values

if TYPE_CHECKING:
    from outreach_sandbox.salesforce.desk import Desk

MOST = 25
MOST_QUERIES = 5
REFERENCE = re.compile(r"@\{([A-Za-z_][A-Za-z0-9_]*)((?:\.[A-Za-z0-9_]+|\[\d+\])*)\}")
STEP = re.compile(r"\.([A-Za-z0-9_]+)|\[(\d+)\]")
COUNTED = re.compile(r"/services/data/v[\d.]+/(query|queryAll|composite/sobjects)\b")
HALTED = "The transaction was rolled back since another operation in the same transaction failed."


class NoReferenceError(Exception):
    """A part refers to something no earlier part answered."""


def composite(desk: Desk, exchange: Exchange) -> Answer:
    """POST composite."""
    body = sent_object(exchange)
    parts = _listed(exchange, body, "compositeRequest")
    _few_queries(desk, parts)
    answers: dict[str, Any] = {}
    shown: list[Values] = []
    with desk.org.transaction() as transaction:
        for part in parts:
            answer = _answer(desk, exchange, part, answers)
            shown.append(_shown(part, answer))
            if answer.status < 400:
                answers[str(part.get("referenceId"))] = answer.body
            elif body.get("allOrNone") is True:
                transaction.asked = True
                break
    if transaction.asked:
        failed = shown[-1]
        halted = Answer(400, [Problem("PROCESSING_HALTED", HALTED).as_error()])
        shown = [
            failed if part is parts[len(shown) - 1] else _shown(part, halted) for part in parts
        ]
    return Answer(200, {"compositeResponse": shown})


def batch(desk: Desk, exchange: Exchange) -> Answer:
    """POST composite/batch; its parts are independent and each of them counts."""
    body = sent_object(exchange)
    parts = _listed(exchange, body, "batchRequests")
    desk.limits.take(desk.org.now(), len(parts) - 1)
    results: list[Values] = []
    halted = False
    for part in parts:
        if halted:
            text = "A batch request was halted because of an earlier error"
            problem = Problem("BATCH_PROCESSING_HALTED", text)
            results.append({"statusCode": 412, "result": [problem.as_error()]})
            continue
        path = "/services/data/" + str(part.get("url", "")).lstrip("/")
        answer = desk.route(_request(exchange, part, path, part.get("richInput")))
        results.append({"statusCode": answer.status, "result": answer.body})
        halted = answer.status >= 400 and body.get("haltOnError") is True
    failed = any(result["statusCode"] >= 400 for result in results)
    return Answer(200, {"hasErrors": failed, "results": results})


def _listed(exchange: Exchange, body: Values, name: str) -> list[Values]:
    parts = body.get(name)
    if not isinstance(parts, list) or not parts:
        raise RefusedError(Problem("REQUIRED_FIELD_MISSING", f"{name} is needed"))
    exchange.inputs = len(parts)
    if len(parts) > MOST:
        text = f"Limit exceeded. Maximum number of subrequests is {MOST}"
        raise RefusedError(Problem("LIMIT_EXCEEDED", text))
    if name == "compositeRequest":
        names = [part.get("referenceId") for part in parts]
        if not all(names) or len(set(names)) != len(names):
            raise RefusedError(Problem("INVALID_INPUT", "Every referenceId must be given once"))
    return parts


def _few_queries(desk: Desk, parts: list[Values]) -> None:
    count = sum(1 for part in parts if COUNTED.match(str(part.get("url", ""))))
    if desk.org.switches.composite_limits_queries and count > MOST_QUERIES:
        text = f"Limit exceeded. Maximum number of query or collection requests is {MOST_QUERIES}"
        raise RefusedError(Problem("LIMIT_EXCEEDED", text))


def _answer(desk: Desk, exchange: Exchange, part: Values, answers: dict[str, Any]) -> Answer:
    try:
        url = str(_filled(str(part.get("url", "")), answers))
        body = _filled(part.get("body"), answers)
    except NoReferenceError as missing:
        text = f"Invalid reference specified. No value for {missing} found"
        return Answer(400, [Problem("PROCESSING_HALTED", text).as_error()])
    if not url.startswith("/services/data/"):
        text = "The url of a subrequest must begin with /services/data/"
        return Answer(400, [Problem("INVALID_INPUT", text).as_error()])
    return desk.route(_request(exchange, part, url, body))


def _request(exchange: Exchange, part: Values, url: str, body: Any) -> Exchange:
    split = urlsplit(url)
    own = {str(k).lower(): str(v) for k, v in (part.get("httpHeaders") or {}).items()}
    return Exchange(
        method=str(part.get("method", "GET")).upper(),
        path=unquote(split.path),
        query=parse_qsl(split.query, keep_blank_values=True),
        headers={"host": exchange.headers.get("host", ""), **own},
        body=b"" if body is None else json.dumps(body).encode(),
    )


def _shown(part: Values, answer: Answer) -> Values:
    return {
        "body": answer.body,
        "httpHeaders": dict(answer.headers),
        "httpStatusCode": answer.status,
        "referenceId": part.get("referenceId"),
    }


def _filled(value: Any, answers: dict[str, Any]) -> Any:
    """The value with every `@{ref.path}` replaced; a lone reference keeps its type."""
    if isinstance(value, dict):
        return {name: _filled(inner, answers) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, answers) for inner in value]
    if not isinstance(value, str):
        return value
    lone = REFERENCE.fullmatch(value)
    if lone:
        return _looked_up(lone, answers)
    return REFERENCE.sub(lambda match: str(_looked_up(match, answers)), value)


def _looked_up(match: re.Match[str], answers: dict[str, Any]) -> Any:
    if match[1] not in answers:
        raise NoReferenceError(match[0][2:-1])
    found = answers[match[1]]
    for step in STEP.finditer(match[2]):
        try:
            found = found[step[1]] if step[1] else found[int(step[2])]
        except (KeyError, IndexError, TypeError):
            raise NoReferenceError(match[0][2:-1]) from None
    return found
