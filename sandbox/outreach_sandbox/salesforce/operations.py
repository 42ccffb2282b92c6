"""Salesforce's endpoints: which path leads to which rule.

The one rule: a handler reads the request and calls one rule; every path answers alike with and
without a trailing slash, whatever the API version.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_list.htm
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from email.utils import format_datetime
from typing import TYPE_CHECKING

from outreach_sandbox.salesforce import (
    batches,
    bulk,
    bulk_one,
    composite,
    replication,
    soap,
    sobjects,
)
from outreach_sandbox.salesforce.cursors import LARGEST, page_size
from outreach_sandbox.salesforce.describe import describe_full, describe_head
from outreach_sandbox.salesforce.desk import NEWEST, OLDEST, Desk, base, host, version
from outreach_sandbox.salesforce.soql_parser import parse_query
from outreach_sandbox.salesforce.soql_run import run
from outreach_sandbox.salesforce.wire import Answer, Problem, RefusedError, Values

if TYPE_CHECKING:
    from outreach_sandbox.kernel.service import Exchange

Rule = Callable[[Desk, "Exchange"], Answer]
DATA = "/services/data/{version}"
OAUTH = "/services/oauth2"
SEASONS = ("Winter", "Spring", "Summer")


@dataclass(frozen=True)
class Endpoint:
    """One line of the tables below; `part` says whether a composite may contain it."""

    id: str
    method: str
    path: str
    rule: Rule
    part: bool = True

    def paths(self) -> list[str]:
        """Both spellings of the path; one that ends in a free value has only one."""
        return [self.path] if self.path.endswith(":path}") else [self.path, self.path + "/"]


def authorize(desk: Desk, exchange: Exchange) -> Answer:
    """GET authorize: the person agrees at once."""
    return desk.tokens.authorize(dict(exchange.query))


def token(desk: Desk, exchange: Exchange) -> Answer:
    """POST token."""
    header = exchange.headers.get("authorization")
    return desk.tokens.grant(exchange.form(), header, host(exchange))


def revoke(desk: Desk, exchange: Exchange) -> Answer:
    """POST revoke."""
    return desk.tokens.revoke(exchange.form().get("token", ""))


def soap_login(desk: Desk, exchange: Exchange) -> Answer:
    """POST Soap/u/<version>."""
    body = exchange.body.decode("utf-8", "replace")
    return soap.login(desk.tokens, exchange.path_params["version"], body, host(exchange))


def identity(desk: Desk, exchange: Exchange) -> Answer:
    """GET userinfo, or the `id` of a token answer."""
    return Answer(200, desk.tokens.identity(host(exchange)))


def versions(_desk: Desk, _exchange: Exchange) -> Answer:
    """GET /services/data."""
    listed = [
        {
            "label": f"{SEASONS[n % 3]} '{(n + 13) // 3:02d}",
            "url": f"/services/data/v{n}.0",
            "version": f"{n}.0",
        }
        for n in range(OLDEST, NEWEST + 1)
    ]
    return Answer(200, listed)


def resources(_desk: Desk, exchange: Exchange) -> Answer:
    """GET /services/data/vXX.0."""
    names = ("sobjects", "query", "queryAll", "limits", "composite", "jobs")
    return Answer(200, {name: f"{base(exchange)}/{name}" for name in names})


def list_sobjects(desk: Desk, exchange: Exchange) -> Answer:
    """GET sobjects."""
    heads = [describe_head(kind, base(exchange)) for kind in desk.org.types.values()]
    body = {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": heads}
    return _unless_known(desk, exchange, body)


def sobject_basics(desk: Desk, exchange: Exchange) -> Answer:
    """GET sobjects/X."""
    head = describe_head(sobjects.kind_of(desk, exchange), base(exchange))
    return Answer(200, {"objectDescribe": head, "recentItems": []})


def describe(desk: Desk, exchange: Exchange) -> Answer:
    """GET sobjects/X/describe."""
    body = describe_full(sobjects.kind_of(desk, exchange), base(exchange))
    return _unless_known(desk, exchange, body)


def query(desk: Desk, exchange: Exchange) -> Answer:
    """GET query?q=."""
    return _query(desk, exchange, all_rows=False)


def query_all(desk: Desk, exchange: Exchange) -> Answer:
    """GET queryAll?q=: deleted, merged and archived records too."""
    return _query(desk, exchange, all_rows=True)


def query_more(desk: Desk, exchange: Exchange) -> Answer:
    """GET query/<locator>, whichever of the two queries began it."""
    version(exchange)
    return desk.cursors.following(exchange.path_params["locator"], desk.org.now(), base(exchange))


def limits(desk: Desk, exchange: Exchange) -> Answer:
    """GET limits."""
    version(exchange)
    return Answer(200, desk.limits.shown(desk.org.now()))


def _unless_known(desk: Desk, exchange: Exchange, body: Values) -> Answer:
    """304 where nothing was changed in the set-up of the org since `If-Modified-Since`."""
    since = sobjects.header_moment(exchange, "if-modified-since")
    changed = {"Last-Modified": format_datetime(desk.org.set_up, usegmt=True)}
    if exchange.path.rstrip("/").endswith("/sobjects"):  # recorded for the list of objects alone
        changed["ETag"] = f'"{int(desk.org.set_up.timestamp()):08x}"'
    if since is not None and desk.org.set_up <= since:
        return Answer(304, None, changed)
    return Answer(200, body, changed)


def _query(desk: Desk, exchange: Exchange, *, all_rows: bool) -> Answer:
    text = exchange.first("q")
    if not text:
        raise RefusedError(Problem("MALFORMED_QUERY", "A query string has to be specified"))
    found = run(desk.org, parse_query(text), base(exchange), all_rows=all_rows)
    most = int(desk.org.settings.get("query_page_size", LARGEST))
    size = page_size(exchange.headers.get("sforce-query-options"), most)
    return desk.cursors.first(found, size, desk.org.now(), base(exchange))


# without a session
SIGN_IN = (
    Endpoint("oauth.authorize", "GET", f"{OAUTH}/authorize", authorize),
    Endpoint("oauth.token", "POST", f"{OAUTH}/token", token),
    Endpoint("oauth.revoke", "POST", f"{OAUTH}/revoke", revoke),
    Endpoint("soap.login", "POST", "/services/Soap/u/{version}", soap_login),
    Endpoint("versions", "GET", "/services/data", versions),
)
OBJECT = f"{DATA}/sobjects/{{type}}"
ROWS = f"{DATA}/composite/sobjects"
JOBS = f"{DATA}/jobs/ingest"
ASYNC = "/services/async/{version}/job"
# first match wins: fixed words stand before {id} and {field}
ENDPOINTS = (
    Endpoint("oauth.userinfo", "GET", f"{OAUTH}/userinfo", identity, part=False),
    Endpoint("identity", "GET", "/id/{org}/{user}", identity, part=False),
    Endpoint("resources", "GET", DATA, resources),
    Endpoint("limits", "GET", f"{DATA}/limits", limits),
    Endpoint("limits.record_count", "GET", f"{DATA}/limits/recordCount", sobjects.record_count),
    Endpoint("query", "GET", f"{DATA}/query", query),
    Endpoint("query_all", "GET", f"{DATA}/queryAll", query_all),
    Endpoint("query.more", "GET", f"{DATA}/query/{{locator}}", query_more),
    Endpoint("composite", "POST", f"{DATA}/composite", composite.composite, part=False),
    Endpoint("composite.batch", "POST", f"{DATA}/composite/batch", composite.batch, part=False),
    Endpoint("collections.create", "POST", ROWS, batches.create),
    Endpoint("collections.update", "PATCH", ROWS, batches.update),
    Endpoint("collections.delete", "DELETE", ROWS, batches.delete),
    Endpoint("collections.upsert", "PATCH", f"{ROWS}/{{type}}/{{field}}", batches.upsert),
    Endpoint("collections.read", "GET", f"{ROWS}/{{type}}", batches.read),
    Endpoint("collections.read_many", "POST", f"{ROWS}/{{type}}", batches.read),
    Endpoint("sobjects.list", "GET", f"{DATA}/sobjects", list_sobjects),
    Endpoint("sobjects.basics", "GET", OBJECT, sobject_basics),
    Endpoint("sobjects.describe", "GET", f"{OBJECT}/describe", describe),
    Endpoint("sobjects.updated", "GET", f"{OBJECT}/updated", replication.updated),
    Endpoint("sobjects.deleted", "GET", f"{OBJECT}/deleted", replication.deleted),
    Endpoint("sobjects.create", "POST", OBJECT, sobjects.create),
    Endpoint("sobjects.create_by_id", "POST", f"{OBJECT}/Id", sobjects.create),
    Endpoint("sobjects.get", "GET", f"{OBJECT}/{{id}}", sobjects.get),
    Endpoint("sobjects.update", "PATCH", f"{OBJECT}/{{id}}", sobjects.update),
    Endpoint("sobjects.delete", "DELETE", f"{OBJECT}/{{id}}", sobjects.delete),
    Endpoint(
        "sobjects.get_by_key", "GET", f"{OBJECT}/{{field}}/{{value:path}}", sobjects.get_by_key
    ),
    Endpoint("sobjects.upsert", "PATCH", f"{OBJECT}/{{field}}/{{value:path}}", sobjects.upsert),
    Endpoint("bulk.create", "POST", JOBS, bulk.create, part=False),
    Endpoint("bulk.list", "GET", JOBS, bulk.listed, part=False),
    Endpoint("bulk.upload", "PUT", f"{JOBS}/{{id}}/batches", bulk.upload, part=False),
    Endpoint("bulk.change", "PATCH", f"{JOBS}/{{id}}", bulk.change, part=False),
    Endpoint("bulk.info", "GET", f"{JOBS}/{{id}}", bulk.info, part=False),
    Endpoint("bulk.delete", "DELETE", f"{JOBS}/{{id}}", bulk.remove, part=False),
    Endpoint(
        "bulk.successful", "GET", f"{JOBS}/{{id}}/successfulResults", bulk.successful, part=False
    ),
    Endpoint("bulk.failed", "GET", f"{JOBS}/{{id}}/failedResults", bulk.failed, part=False),
    Endpoint("bulk_one.create", "POST", ASYNC, bulk_one.create, part=False),
    Endpoint("bulk_one.change", "POST", f"{ASYNC}/{{id}}", bulk_one.change, part=False),
    Endpoint("bulk_one.info", "GET", f"{ASYNC}/{{id}}", bulk_one.info, part=False),
    Endpoint("bulk_one.add", "POST", f"{ASYNC}/{{id}}/batch", bulk_one.add, part=False),
    Endpoint("bulk_one.list", "GET", f"{ASYNC}/{{id}}/batch", bulk_one.listed, part=False),
    Endpoint(
        "bulk_one.batch", "GET", f"{ASYNC}/{{id}}/batch/{{batch}}", bulk_one.batch_info, part=False
    ),
    Endpoint(
        "bulk_one.result",
        "GET",
        f"{ASYNC}/{{id}}/batch/{{batch}}/result",
        bulk_one.result,
        part=False,
    ),
    Endpoint(
        "bulk.unprocessed", "GET", f"{JOBS}/{{id}}/unprocessedrecords", bulk.unprocessed, part=False
    ),
)
