"""The client over HTTP: what it writes, what it may say twice, and what it never does."""

from __future__ import annotations

import http.server
import random
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from adapters.tests.salesforce_org import LEAD, Org, lead
from outreach_adapters.http.retry import RetryPolicy
from outreach_adapters.salesforce import composite, soql
from outreach_adapters.salesforce.answers import NotSent, Refused, Unknown, Written
from outreach_adapters.salesforce.client import SalesforceClient
from outreach_adapters.salesforce.connect import connect
from outreach_adapters.salesforce.errors import InDoubt
from outreach_adapters.salesforce.sending import batches, send
from outreach_adapters.salesforce.sign_in import Access, Sessions
from outreach_adapters.salesforce.wire import OneOrigin
from outreach_core.errors import ConfigError, Fatal, Moved, OutreachError, Retriable, Skippable
from outreach_sandbox.kernel.clock import Clock
from outreach_sandbox.kernel.server import running

NOW = datetime.fromisoformat("2026-11-23T09:00:00+00:00")
LATER = datetime.fromisoformat("2026-11-23T09:10:00+00:00")


@pytest.fixture(scope="module")
def box() -> Iterator[Org]:
    """A sandbox with Salesforce in it."""
    with running(clock=Clock(manual=True)) as found:
        yield Org(found)


@pytest.fixture
def org(box: Org) -> Org:
    """An org with the row id and no records."""
    box.start()
    return box


# -- collections ------------------------------------------------------------------------------


def test_creates_and_changes_in_collections(org: Org) -> None:
    """Each input has its answer; what is refused costs nobody else."""
    client = org.client()
    made = send(client.create, [lead(City="Ulm"), lead(LastName=None), lead(Email="nobody")])
    first = made[0]
    assert isinstance(first, Written)
    changes = [
        {"attributes": {"type": "Lead"}, "Id": first.record_id, "City": "Bonn"},
        {"attributes": {"type": "Lead"}, "Id": "00Q000000000001AAA", "City": "Bonn"},
        {"attributes": {"type": "Lead"}, "City": "Bonn"},
    ]
    changed = send(client.update, changes)

    assert ["REQUIRED_FIELD_MISSING", "INVALID_EMAIL_ADDRESS"] == [
        answer.problems[0][1] for answer in made[1:] if isinstance(answer, Refused)
    ]
    assert [Written, Refused, Refused] == [type(answer) for answer in changed]
    assert ["Bonn"] == [record["City"] for record in org.records()]


def test_a_bad_date_costs_nobody_else(org: Org) -> None:
    """One value that is no date is refused for the whole collection: it is found by halving."""
    org.start(custom_fields=[{"object": "Lead", "name": "Day__c", "type": "Date"}])
    inputs = [lead(LastName=str(n), Day__c="soon" if n == 30 else "2026-12-01") for n in range(50)]

    answers = send(org.client().create, inputs)

    assert [30] == [n for n, answer in enumerate(answers) if not isinstance(answer, Written)]
    assert 49 == len(org.records())


@pytest.mark.parametrize("misspelled", [True, False])
def test_duplicates_are_told_and_may_be_saved(org: Org, *, misspelled: bool) -> None:
    """A rule in alert mode is overridden by asking for it; the duplicate is named."""
    org.start(
        {"salesforce.duplicate_result_misspelled": misspelled},
        leads=[{**LEAD, "Email": "a@example.com"}],
        rules={"duplicate": [{"object": "Lead", "fields": ["Email"], "action": "alert"}]},
    )
    (known,) = [record["id"] for record in org.records()]
    client = org.client()

    (refused,) = send(client.create, [lead(Email="a@example.com")])
    (saved,) = send(
        lambda some: client.create(some, save_duplicates=True), [lead(Email="a@example.com")]
    )

    assert isinstance(refused, Refused)
    assert ("duplicates", (known,)) == (refused.code, refused.existing_ids)
    assert isinstance(saved, Written)


@pytest.mark.parametrize(
    "how", [{"reset": True}, {"truncate": True}, {"status": 503}, {"status": 500}]
)
@pytest.mark.parametrize("operation", ["create", "update"])
def test_lost_answer_is_in_doubt_and_not_repeated(
    org: Org, how: dict[str, Any], operation: str
) -> None:
    """It was written or not, once: only reading can tell."""
    org.start(leads=[LEAD])
    client = org.client()
    known = {"attributes": {"type": "Lead"}, "Id": org.records()[0]["id"], "City": "Ulm"}
    org.fault(f"collections.{operation}", kind="after", **how)

    answers = send(getattr(client, operation), [lead() if operation == "create" else known])

    assert [Unknown(lost=True)] == answers
    assert [f"collections.{operation}"] == org.calls()


def test_what_was_never_sent_is_tried_again(org: Org) -> None:
    """A limit of the moment is waited for, a write too."""
    org.fault(
        "collections.create",
        status=403,
        body='[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"ConcurrentRequests Limit exceeded."}]',
        media_type="application/json",
    )

    assert [Written] == [type(a) for a in send(org.client().create, [lead()])]
    assert 1 == len(org.records())


def test_an_unreachable_org_was_sent_nothing() -> None:
    """No connection, no doubt: the write may be said again."""
    client = connect(
        {
            "outreach_environment": "prod",
            "api_base_url": "http://127.0.0.1:9",
            "login_url": "http://127.0.0.1:9",
            "client_id": "a",
            "client_secret": "b",
        },
        sleep=lambda _: None,
        rng=random.Random(1),
    )
    client._sessions = Signed()  # type: ignore[assignment]

    (answer,) = send(client.create, [lead()])

    assert isinstance(answer, NotSent)
    assert "unreachable" == answer.error.code


class Signed:
    """A session nobody had to fetch."""

    def token(self) -> str:
        """Return any."""
        return "t"

    def origin(self) -> str:
        """Return where nobody listens."""
        return "http://127.0.0.1:9"

    def refresh(self) -> bool:
        """Say that there is no other."""
        return False


def test_rows_held_by_somebody_are_sent_again(org: Org) -> None:
    """A locked record is written once it is let go."""
    org.start(leads=[LEAD, LEAD])
    ids = [record["id"] for record in org.records()]
    org.people("lock_row", id=ids[0], times=2)
    client = org.client()
    changes = [{"attributes": {"type": "Lead"}, "Id": i, "City": "Ulm"} for i in ids]

    answers = send(client.update, changes, pause=lambda _n: None)

    assert [Written, Written] == [type(answer) for answer in answers]
    assert ["Ulm", "Ulm"] == [record["City"] for record in org.records()]


def test_several_types_in_one_collection(org: Org) -> None:
    """Ten runs of a type fit; more are sent in another one."""
    client = org.client()
    pairs = [
        {"attributes": {"type": of}, "LastName": "Doe", **more}
        for _ in range(6)
        for of, more in (("Lead", {"Company": "A"}), ("Contact", {}))
    ]

    answers = [answer for some in batches(pairs) for answer in send(client.create, some)]

    assert [Written] * 12 == [type(answer) for answer in answers]
    assert ["collections.create"] * 2 == org.calls()


# -- upsert -----------------------------------------------------------------------------------


def test_upsert_creates_then_changes(org: Org) -> None:
    """201 and 200 say which it was; the key is not in the body."""
    client = org.client()
    values = {**LEAD, "outreach_id__C": "r1"}
    first = client.upsert("Lead", "Outreach_Id__c", "r1", values)
    second = client.upsert("Lead", "Outreach_Id__c", "r1", {"City": "Ulm"})

    assert (True, False) == (first["created"], second["created"])
    assert first["id"] == second["id"]
    assert [("Ulm", "r1")] == [(r["City"], r["Outreach_Id__c"]) for r in org.records()]


@pytest.mark.parametrize("value", ["a/b c", "?x=1#y", "+1 555", "ünï 🙂", "100%", "a&b=c", "..a"])
def test_any_text_is_a_key(org: Org, value: str) -> None:
    """Whatever stands in it, it stays one part of the address."""
    client = org.client()
    client.upsert("Lead", "Outreach_Id__c", value, dict(LEAD))
    client.upsert("Lead", "Outreach_Id__c", value, {"City": "Ulm"})

    assert [(value, "Ulm")] == [(r["Outreach_Id__c"], r["City"]) for r in org.records()]


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_key_that_would_climb_the_address_is_refused(org: Org, value: str) -> None:
    """It would reach another resource; nothing is sent."""
    with pytest.raises(Skippable):
        org.client().upsert("Lead", "Outreach_Id__c", value, dict(LEAD))

    assert [] == org.calls()


def test_upsert_of_several_names_them(org: Org) -> None:
    """300: an e-mail is a key, and not unique; nothing is written."""
    org.start(leads=[{**LEAD, "Email": "a@example.com"}] * 2)

    with pytest.raises(Skippable) as caught:
        org.client().upsert("Lead", "Email", "a@example.com", {"City": "Ulm"})

    assert "several" == caught.value.code
    assert {r["id"] for r in org.records()} == set(caught.value.details["existing_ids"])
    assert {None} == {r["City"] for r in org.records()}


def test_upsert_may_be_told_to_create_nothing(org: Org) -> None:
    """A key nobody has is not found."""
    with pytest.raises(Skippable) as caught:
        org.client().upsert("Lead", "Outreach_Id__c", "r1", dict(LEAD), only_update=True)

    assert ("not_found", []) == (caught.value.code, org.records())


def test_upsert_says_when_a_lead_was_converted(org: Org) -> None:
    """The key leads to a record that is read-only now."""
    org.start(leads=[{**LEAD, "Outreach_Id__c": "r1"}])
    org.people("convert", id=org.records()[0]["id"])

    with pytest.raises(Skippable) as caught:
        org.client().upsert("Lead", "Outreach_Id__c", "r1", {"City": "Ulm"})

    assert "converted" == caught.value.code


def test_lost_upsert_is_said_again(org: Org) -> None:
    """Twice the same makes one record."""
    org.fault("sobjects.upsert", kind="after", reset=True)

    answer = org.client().upsert("Lead", "Outreach_Id__c", "r1", dict(LEAD))

    assert (False, 1) == (answer["created"], len(org.records()))


def test_lost_upsert_of_many_is_said_again(org: Org) -> None:
    """For all of them."""
    org.fault("collections.upsert", kind="after", reset=True)
    client = org.client()
    rows = [lead(Outreach_Id__c=key) for key in ("r1", "r2")]

    answers = send(lambda some: client.upsert_many("Lead", "Outreach_Id__c", some), rows)

    assert [False, False] == [a.created for a in answers if isinstance(a, Written)]
    assert 2 == len(org.records())


def test_upsert_of_many(org: Org) -> None:
    """New ones are told; a key that stands twice in the batch fails for both."""
    org.start(leads=[{**LEAD, "Outreach_Id__c": "r1"}])
    client = org.client()
    rows = [lead(Outreach_Id__c=key) for key in ("r1", "r2", "r3", "r3")]

    answers = send(lambda some: client.upsert_many("Lead", "Outreach_Id__c", some), rows)

    assert [False, True] == [a.created for a in answers if isinstance(a, Written)]
    assert ["twice", "twice"] == [a.code for a in answers if isinstance(a, Refused)]


# -- one record, compared before it is set ----------------------------------------------------


def test_a_record_that_was_changed_meanwhile_is_left_alone(org: Org) -> None:
    """412: somebody was faster; the next run plans again."""
    org.start(leads=[LEAD])
    record_id = org.records()[0]["id"]
    client = org.client()
    client.update_unmodified("Lead", record_id, {"City": "Ulm"}, NOW)
    org.box.control.advance(600)
    org.people("edit", id=record_id, values={"City": "Bonn"})
    with pytest.raises(Moved):
        client.update_unmodified("Lead", record_id, {"City": "Kiel"}, NOW)
    here = org.records()[0]["City"]
    client.update_unmodified("Lead", record_id, {"City": "Kiel"}, LATER)

    assert ("Bonn", "Kiel") == (here, org.records()[0]["City"])


def test_a_conditional_change_may_save_duplicates(org: Org) -> None:
    """A rule in alert mode is overridden by asking for it, here too."""
    org.start(
        leads=[{**LEAD, "Email": "a@example.com"}, {**LEAD, "Email": "b@example.com"}],
        rules={"duplicate": [{"object": "Lead", "fields": ["Email"], "action": "alert"}]},
    )
    record_id = org.records()[1]["id"]
    change, client = {"Email": "a@example.com"}, org.client()

    with pytest.raises(Skippable, match="duplicate rule"):
        client.update_unmodified("Lead", record_id, change, LATER)
    client.update_unmodified("Lead", record_id, change, LATER, save_duplicates=True)

    assert ["a@example.com"] * 2 == [record["Email"] for record in org.records()]


def test_a_renewed_session_keeps_the_condition(org: Org) -> None:
    """The library would say a renewed call without its headers and overwrite a person's edit."""
    org.start(leads=[LEAD])
    record_id = org.records()[0]["id"]
    client = org.client()
    client.limits()
    org.box.control.advance(600)
    org.people("edit", id=record_id, values={"City": "Bonn"})
    org.people("expire_tokens")

    with pytest.raises(Moved):
        client.update_unmodified("Lead", record_id, {"City": "Kiel"}, NOW)

    assert "Bonn" == org.records()[0]["City"]


@pytest.mark.parametrize("how", [{"reset": True}, {"status": 503}])
def test_a_lost_conditional_change_is_in_doubt(org: Org, how: dict[str, Any]) -> None:
    """Said again it would find its own change and call it somebody else's."""
    org.start(leads=[LEAD])
    org.fault("sobjects.update", kind="after", **how)

    with pytest.raises(InDoubt):
        org.client().update_unmodified("Lead", org.records()[0]["id"], {"City": "Ulm"}, NOW)


def test_a_text_that_is_no_id_reaches_no_address(org: Org) -> None:
    """An id comes from elsewhere and stands in an address."""
    with pytest.raises(Skippable):
        org.client().update_unmodified("Lead", "../User/x", {"City": "Ulm"}, NOW)

    assert [] == org.calls()


# -- reading ----------------------------------------------------------------------------------


def test_reads_two_thousand_at_once(org: Org) -> None:
    """Missing ones are left out, the order is the vendor's."""
    org.start(leads=[{**LEAD, "LastName": str(n)} for n in range(3)])
    ids = [record["id"] for record in org.records()]
    gone = [f"00Q{n:012d}" for n in range(2100)]

    found = org.client().read("Lead", [*ids, *gone], ["Id", "LastName"])

    assert ["0", "1", "2"] == sorted(row["LastName"] for row in found)
    assert ["collections.read_many"] * 2 == org.calls()


def test_counts_and_limits(org: Org) -> None:
    """An object without records counts none; the calls left are known from every answer."""
    org.start(leads=[LEAD] * 3, org={"daily_api_requests": 50})
    client = org.client()

    assert {"Lead": 3, "Contact": 0} == client.record_counts("Lead", "Contact")
    assert 50 == client.limits()["DailyApiRequests"]["Max"]
    assert (2, 50) == client.usage


@pytest.mark.parametrize("limited", [True, False])
def test_many_questions_are_as_few_calls_as_allowed(org: Org, *, limited: bool) -> None:
    """Five queries a call, 25 parts; whether the org insists on the five or not."""
    org.start({"salesforce.composite_limits_queries": limited}, leads=[LEAD])
    parts = [composite.query(f"q{n}", soql.count("Lead")) for n in range(12)]
    parts += [composite.describe(f"d{n}", "Lead") for n in range(26)]

    answers = org.client().ask(parts)

    assert [1] * 12 == [answers[f"q{n}"]["totalSize"] for n in range(12)]  # type: ignore[index]
    assert 38 == len(answers)
    assert ["composite"] * 4 == org.calls()


def test_a_refused_question_costs_no_other(org: Org) -> None:
    """Its answer is our error, the others' are theirs."""
    asked = [
        composite.query("good", soql.select(["Id"], "Lead")),
        composite.query("bad", soql.select(["Nope__c"], "Lead")),
        composite.describe("none", "Nothing__c"),
    ]

    answers = org.client().ask(asked)

    bad, none = answers["bad"], answers["none"]
    assert {"totalSize": 0, "done": True, "records": []} == answers["good"]
    assert isinstance(bad, ConfigError)
    assert ("invalid_field", ("Nope__c",)) == (bad.code, (bad.details["problems"][0][0],))
    assert isinstance(none, Skippable)


def test_an_answer_that_is_left_out_is_noticed() -> None:
    """Half an answer is none."""
    parts = [composite.query("a", "x"), composite.query("b", "y")]
    told = {"referenceId": "a", "httpStatusCode": 200, "body": {}}

    with pytest.raises(Fatal):
        composite.answers(parts, {"compositeResponse": [told]})


# -- never ------------------------------------------------------------------------------------


def test_the_last_calls_are_left_to_others(org: Org) -> None:
    """At the set share nothing more is sent, and no program waits for tomorrow."""
    org.start(org={"daily_api_requests": 10})
    client = org.client(quota_percent=50)
    for _ in range(5):
        client.limits()

    with pytest.raises(Retriable) as caught:
        client.limits()
    (answer,) = send(client.create, [lead()])

    assert ("quota_reserved", 5) == (caught.value.code, len(org.calls()))
    assert isinstance(answer, NotSent)


@pytest.mark.parametrize(
    ("header", "usage"),
    [
        ("api-usage=18/5000", (18, 5000)),
        ("api-usage=18/5000; per-app-api-usage=17/250(appName=x)", (18, 5000)),
        ("per-app-api-usage=17/250(appName=x); api-usage=18/5000", (18, 5000)),
        ("per-app-api-usage=17/250(appName=x)", None),
        ("something else", None),
    ],
)
def test_the_org_s_own_usage_is_read(header: str, usage: tuple[int, int] | None) -> None:
    """An app's own limit stands in the same header and is not the org's."""
    wire = OneOrigin(clock=lambda: 0.0)
    reply = requests.Response()
    reply.headers["Sforce-Limit-Info"] = header

    wire.heard(reply)

    assert usage == wire.usage


def test_errors_hide_what_was_sent(org: Org) -> None:
    """Neither our sentence nor what caused it holds a value."""
    with pytest.raises(OutreachError) as caught:
        org.client().upsert("Lead", "Outreach_Id__c", "r1", {**LEAD, "Email": "ann at home"})

    seen: BaseException | None = caught.value
    while seen is not None:
        assert "ann at" not in str(seen)
        seen = seen.__cause__ or seen.__context__


class Elsewhere(http.server.BaseHTTPRequestHandler):
    """A server that sends everybody to another place, and notes who came."""

    seen: list[tuple[str, str]] = []  # noqa: RUF012 - one server per test

    def do_GET(self) -> None:
        """Redirect."""
        self.seen.append((self.path, self.headers.get("Authorization", "")))
        self.send_response(302)
        self.send_header("Location", f"http://127.0.0.1:{self.server.server_address[1]}/caught")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """Its address."""
    Elsewhere.seen.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


class Told:
    """A way in that needs nobody."""

    def __init__(self, instance: str) -> None:
        self.instance = instance

    def sign_in(self, wire: OneOrigin) -> Access:
        """Return a session."""
        return Access("the-token", self.instance)


def client_at(instance: str) -> SalesforceClient:
    """A client of an org somewhere, in the open."""
    wire = OneOrigin(clock=lambda: 0.0)
    sessions = Sessions(Told(instance), OneOrigin("http://127.0.0.1:9", clock=lambda: 0.0))
    return SalesforceClient(
        sessions,
        wire,
        sleep=lambda _s: None,
        rng=random.Random(1),
        policy=RetryPolicy(attempts=1),
    )


def test_redirects_are_not_followed(elsewhere: str) -> None:
    """They could carry a record to a place nobody named."""
    with pytest.raises(Fatal):
        client_at(elsewhere).limits()

    assert ["/services/data/v64.0/limits/"] == [path for path, _ in Elsewhere.seen]


def test_a_netrc_file_signs_nobody_in(
    elsewhere: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file on the machine does not replace the token, though `requests` would let it."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with pytest.raises(Fatal):
        client_at(elsewhere).limits()

    assert ["Bearer the-token"] == [sent for _, sent in Elsewhere.seen]


def test_an_org_must_say_where_it_lives() -> None:
    """A sign-in without an address leads nowhere; nothing is guessed."""
    with pytest.raises(ConfigError, match="api_base_url"):
        client_at("").limits()
