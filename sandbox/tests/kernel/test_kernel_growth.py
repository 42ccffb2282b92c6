"""Eight times the records cost about eight times the work, and 64 times only where something is quadratic.

Rule: ratios within one run, in seconds of this process: a slow machine is slow on both sides of the ratio.
"""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import quote

import pytest

from outreach_sandbox.kernel.server import Running, running
from outreach_sandbox.kernel.world import World
from sandbox.bench import BOOK, PRIVATE_APP, batch, contact, hubspot_calls, line, seed_of

FEW, MANY = 2_500, 20_000
# eight would be a line, 64 a square
TIMES = MANY // FEW
MOST = 20
TRIES = 3
SOQL = "SELECT Email FROM Lead WHERE Email IN ({})"


def seconds(work: Callable[[], object]) -> float:
    """The least of a few tries: whatever else runs here only ever adds.

    Nothing is collected meanwhile: that walks through all that this process holds, other tests' things too.
    """
    took = []
    for _ in range(TRIES):
        gc.collect()
        gc.disable()
        try:
            began = time.process_time()
            work()
            took.append(time.process_time() - began)
        finally:
            gc.enable()
    return min(took)


@pytest.fixture(scope="module")
def sides() -> Iterator[dict[int, Running]]:
    """Two sandboxes, one with eight times as much in it as the other."""
    with ExitStack() as stack:
        yield {n: stack.enter_context(running(seed=seed_of(n, n, n))) for n in (FEW, MANY)}


def hubspot(side: Running, path: str, body: object) -> object:
    """One call at HubSpot."""
    with line(side.hubspot_url, PRIVATE_APP) as at:
        return at.ask("POST", f"/crm/v3/objects/contacts/{path}", json.dumps(body).encode())


def search(side: Running, count: int) -> object:
    """Look for one address among all contacts."""
    last = contact(count - 1)["email"]
    filters = [{"propertyName": "email", "operator": "EQ", "value": last}]
    return hubspot(side, "search", {"filterGroups": [{"filters": filters}], "limit": 100})


def read_batch(side: Running, count: int) -> object:
    """Read a hundred contacts by their addresses."""
    _, path, body = next(hubspot_calls(count))
    return hubspot(side, f"batch/{path}", body(0))


def query(side: Running, count: int) -> object:
    """Look for a hundred addresses among all leads."""
    mails = ",".join(f"'{contact(n)['email']}'" for n in batch(0, count))
    with line(side.salesforce_url) as at:
        at.sign_in("/services/oauth2/token", grant_type="client_credentials")
        return at.ask("GET", f"/services/data/v60.0/query?q={quote(SOQL.format(mails))}")


def sheet(side: Running, count: int) -> object:
    """Read the whole tab."""
    with line(side.google_url) as at:
        at.sign_in("/token", grant_type="refresh_token", refresh_token="c")
        return at.ask("GET", f"/v4/spreadsheets/{BOOK}/values/A:D")


def pane(side: Running, count: int) -> object:
    """Look at a list of the console."""
    with line(side.control_url) as at:
        return at.ask("GET", "/console/panes/hubspot/contacts?q=p1")


def all_contacts(side: Running, count: int) -> object:
    """Every page of all contacts."""
    after, found = "", 0
    with line(side.hubspot_url, PRIVATE_APP) as at:
        while after is not None:
            page = json.loads(at.ask("GET", f"/crm/v3/objects/contacts?limit=100{after}"))
            found += len(page["results"])
            following = page.get("paging", {}).get("next", {}).get("after")
            after = f"&after={following}" if following else None
    assert count == found
    return found


def all_leads(side: Running, count: int) -> object:
    """Every page of all leads."""
    found = 0
    with line(side.salesforce_url) as at:
        at.sign_in("/services/oauth2/token", grant_type="client_credentials")
        path = "/services/data/v60.0/query?q=SELECT+Email+FROM+Lead"
        while path:
            page = json.loads(at.ask("GET", path))
            found += len(page["records"])
            path = page.get("nextRecordsUrl")
    assert count == found
    return found


@pytest.mark.parametrize("many", [MANY, pytest.param(100_000, marks=pytest.mark.sweep)])
@pytest.mark.parametrize("vendor", ["google", "hubspot", "salesforce"])
def test_planting_grows_with_the_number_of_records(vendor: str, many: int):
    """Planting rows, contacts and leads grows with their number."""
    few = many // TIMES
    took = {n: seconds(lambda n=n: World(seed=seed_of(**{vendor: n}))) for n in (few, many)}

    assert MOST > took[many] / took[few], took


@pytest.mark.parametrize("call", [search, read_batch, query, sheet, pane, all_contacts, all_leads])
def test_a_call_grows_at_most_with_the_number_of_records(
    sides: dict[int, Running], call: Callable[[Running, int], object]
):
    """What one call costs among eight times the records."""
    took = {n: seconds(lambda n=n: call(sides[n], n)) for n in (FEW, MANY)}

    assert MOST > took[MANY] / took[FEW], took
