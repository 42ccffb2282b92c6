"""What real orgs answered, read by the client's own rules."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from outreach_adapters.salesforce.account import FieldFact, check_mapped, facts_of
from outreach_adapters.salesforce.answers import Refused, Written, match
from outreach_adapters.salesforce.bulk import Bulk, Load
from outreach_adapters.salesforce.bulk_rows import Results, outcomes
from outreach_adapters.salesforce.errors import MEANINGS, translate
from outreach_adapters.salesforce.reading import moment_of, system_fields, value_of
from outreach_core.mapping import load_rules
from outreach_core.model.fields import Direction

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def truth() -> Path:
    """The folder of recorded answers, where there is one."""
    folder = Path(os.environ.get("OUTREACH_TRUTH", ROOT.parent / "shared" / "truth")) / "salesforce"
    if not folder.is_dir():
        pytest.skip(f"no recorded answers at {folder}; set OUTREACH_TRUTH")
    return folder


def body(path: Path) -> Any:
    """A recorded body."""
    return json.loads(path.read_text(encoding="utf-8"))


def exchanges(truth: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """All recorded requests with their answers."""
    for path in sorted((truth / "exchanges").glob("*.json")):
        for one in body(path):
            if "request" in one:
                yield one["request"], one["response"]


@pytest.mark.parametrize("of", ["Lead", "Contact", "Opportunity"])
def test_every_org_has_what_is_always_read(truth: Path, of: str) -> None:
    """The fields of the system are in a real describe, and of a usable type."""
    described = body(truth / "describe" / f"{of}.json")

    facts = facts_of({of: described}, {of: system_fields(of)})

    check_mapped(facts, of, system_fields(of))
    assert () == facts.missing[of]


def test_shipped_rules_fit_a_real_lead(truth: Path) -> None:
    """Mapped standard fields are there, can be written, and take what the rules say they take."""
    described = {f["name"]: f for f in body(truth / "describe" / "Lead.json")["fields"]}
    rules = load_rules(ROOT / "transforms" / "rules" / "salesforce.yml")
    two_way = [r for r in rules.fields.values() if r.direction is Direction.TWO_WAY]
    standard = [place for r in two_way for place in r.places if not place.endswith("__c")]

    facts = {name: FieldFact.of(described[name]) for name in standard}

    assert [] == [n for n, fact in facts.items() if not (fact.createable and fact.updateable)]
    city = rules.fields["city"]
    assert city.max_length == described[city.places[0]]["length"]
    assert described["Street"]["length"] >= 255
    statuses = {one["value"] for one in described["Status"]["picklistValues"]}
    assert rules.status is not None
    assert {*rules.status.push.values(), *rules.status.order} <= statuses
    assert not FieldFact.of(described["LastActivityDate"]).updateable


def test_every_code_is_one_of_the_vendors(truth: Path) -> None:
    """No code of the table was made up."""
    lists = truth / "schema"
    words = " ".join(path.read_text() for path in sorted(lists.glob("status_codes_*.txt")))
    known = set(re.findall(r"[A-Z][A-Z0-9_]{3,}", words))

    # prefixes stand for all codes that begin with them
    assert {c for c in MEANINGS if not any(k.startswith(c) for k in known)} == set()


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("restforce/expired_session_response.json", 401, "token_refused"),
        ("restforce/write_error_response.json", 400, "invalid_field"),
        ("restforce/query_error_response.json", 400, "invalid_field"),
        ("restforce/sobject_find_error_response.json", 404, "invalid_field"),
        ("restforce/sobject_describe_error_response.json", 404, "not_found"),
        ("restforce/upsert_error_response.json", 404, "invalid_field"),
        ("restforce/upsert_multiple_error_response.json", 300, "several"),
        ("amp/unknown-object.json", 400, "invalid_object"),
        ("amp/unknown-field.json", 400, "invalid_field"),
        ("amp/invalid-field-upsert.json", 400, "refused"),
        ("amp/crm/delete/not-found.json", 404, "deleted"),
        ("amp/batch/create/contacts/err-bad-request.json", 400, "refused"),
    ],
)
def test_recorded_refusals_lead_somewhere(truth: Path, name: str, status: int, code: str) -> None:
    """Each leads to what the caller does next."""
    error = translate(status, body(truth / "responses" / name))

    assert code == error.code


def test_recorded_collections_are_matched(truth: Path) -> None:
    """Rows of real answers: successes, failures, and what was rolled back."""
    folder = truth / "responses" / "amp" / "batch"
    two: list[dict[str, Any]] = [{}, {}]

    good = match(two, body(folder / "create/contacts/success.json"))
    bad = match(two, body(folder / "update/contacts/err-each-no-ids.json"))
    rolled_back = match(two, body(folder / "create/contacts/partial-but-allOrNone.json"))

    assert [Written("003ak00000luKU1AAM"), Written("003ak00000luKU2AAM")] == good
    assert [(("", "MISSING_ARGUMENT"),)] * 2 == [a.problems for a in bad if isinstance(a, Refused)]
    assert [(("LastName", "REQUIRED_FIELD_MISSING"),)] == [
        a.problems for a in rolled_back[:1] if isinstance(a, Refused)
    ]


def test_recorded_upserts_are_matched(truth: Path) -> None:
    """Every row of every recorded collection has an outcome that is known."""
    answers = [
        answer
        for request, response in exchanges(truth)
        if request["method"] in ("POST", "PATCH") and "/composite/sobjects" in request["uri"]
        for answer in match(request["body"]["records"], response["body"])
    ]

    assert len(answers) > 10
    assert {Written, Refused} >= {type(answer) for answer in answers}
    assert {True, False} <= {a.created for a in answers if isinstance(a, Written)}


def test_recorded_times_and_values_are_read(truth: Path) -> None:
    """Moments without a colon in their zone; a parent's field is inside the parent."""
    rows = [
        row
        for _, response in exchanges(truth)
        if isinstance(response.get("body"), dict)
        for row in response["body"].get("records") or ()
        if isinstance(row, dict)
    ]
    deleted = body(truth / "responses" / "restforce" / "get_deleted_success_response.json")
    moment = moment_of(deleted["deletedRecords"][0]["deletedDate"])

    assert moment is not None
    assert "2013-05-07T22:07:19+00:00" == moment.isoformat()
    assert rows
    assert "Lead" == value_of({"attributes": {"type": "Lead"}}, "attributes.type")


def test_a_recorded_result_file_names_the_row(truth: Path) -> None:
    """By its key; code, message and field are taken apart."""
    text = (truth / "responses/amp/bulk/info/partial-failure.csv").read_text(encoding="utf-8")
    rows = [{"external_id__c": f"external-id-{n}"} for n in (1, 3)]

    unknown, refused = outcomes(rows, "external_id__c", Results(failed=text))

    assert isinstance(refused, Refused)
    assert (("CloseDate", "INVALID_FIELD"),) == refused.problems
    assert unknown != refused


@pytest.mark.parametrize("name", ["complete-failure", "in-progress"])
def test_recorded_jobs_are_told_apart(truth: Path, name: str) -> None:
    """One that failed as a whole refuses its rows, one at work leaves them in doubt."""
    job = body(truth / "responses" / "amp" / "bulk" / "info" / f"{name}.json")

    class Recorded:
        def call(self, method: str, path: str, *, json: Any = None, writes: bool = False) -> Any:
            return job

        def call_text(
            self, method: str, path: str, *, data: bytes | None = None, writes: bool = False
        ) -> str:
            return ""

    load = Load("Opportunity", "upsert", "external_id__c")
    done = Bulk(Recorded(), lambda _s: None).settle(load, [{}], job["id"])

    failed = name == "complete-failure"
    assert [failed] == [isinstance(answer, Refused) for answer in done]
