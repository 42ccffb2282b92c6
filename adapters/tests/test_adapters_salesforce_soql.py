"""Queries hold what people typed as text, and nothing people typed is ever part of the query."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.tests.salesforce_org import LEAD, Org
from outreach_adapters.salesforce import composite, soql
from outreach_core.errors import ConfigError, OutreachError
from outreach_sandbox.kernel.server import running

MOMENT = datetime.fromisoformat("2026-11-23T10:00:00.999+01:00")


@pytest.fixture(scope="module")
def org() -> Iterator[Org]:
    """An org with two leads, one of which nobody asks for."""
    with running() as found:
        here = Org(found)
        here.start({"salesforce.trims_text": False}, leads=[{**LEAD, "LastName": "nobody asked"}])
        yield here


def test_queries_are_spelled_out() -> None:
    """Conditions hold together, values are quoted, moments have no fraction."""
    text = soql.select(
        ["Id", "Account.Name"],
        "Contact",
        soql.at_least("SystemModstamp", MOMENT),
        soql.one_of("Email", ["a@example.com", "o'neil"]),
        soql.is_flag("IsDeleted", on=False),
        order=["SystemModstamp", "Id"],
    )

    assert (
        "SELECT Id, Account.Name FROM Contact WHERE SystemModstamp >= 2026-11-23T09:00:00Z "
        "AND Email IN ('a@example.com', 'o\\'neil') AND IsDeleted = false "
        "ORDER BY SystemModstamp, Id"
    ) == text
    assert "SELECT COUNT() FROM Lead WHERE Outreach_Id__c != null" == soql.count(
        "Lead", soql.filled("Outreach_Id__c")
    )
    assert (
        "(SystemModstamp > 2026-11-23T09:00:00Z OR "
        "(SystemModstamp = 2026-11-23T09:00:00Z AND Id > '00Q'))"
    ) == soql.behind("SystemModstamp", MOMENT, "00Q")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Id FROM User",
        "Id,Name",
        "a.b.c",
        "Name)",
        "__c",
        "1st",
        "Über",
        "Id--",
        "Id\n",
        "'",
        "*",
    ],
)
def test_a_name_is_a_name(text: str) -> None:
    """Nothing else stands where a field or an object stands."""
    for build in (
        lambda: soql.select([text], "Lead"),
        lambda: soql.select(["Id"], text),
        lambda: soql.equals(text, "x"),
        lambda: soql.one_of(text, ["x"]),
        lambda: soql.select(["Id"], "Lead", order=[text]),
        lambda: composite.describe("ref", text),
    ):
        with pytest.raises(ConfigError):
            build()


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    text=st.text(
        st.one_of(
            st.sampled_from("'\"\\%_@{}()[].,;:!=<>&?#+/ -\u200b\u2028"),
            st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]),
        ),
        min_size=1,
        max_size=30,
    ).filter(soql.askable)
)
def test_any_text_finds_its_own_record_alone(org: Org, text: str) -> None:
    """For every text: the one record that has it, by every door a value can take."""
    client = org.client()
    (row,) = client.create([{"attributes": {"type": "Lead"}, **LEAD, "Title": text}])
    conditions = [soql.equals("Title", text), soql.one_of("Title", ["x'y", text])]
    asked = [
        composite.query(f"q{n}", soql.select(["Id", "Title"], "Lead", condition))
        for n, condition in enumerate(conditions)
    ]
    answers = client.ask(asked)
    org.people("delete", id=row["id"])

    for answer in answers.values():
        assert not isinstance(answer, OutreachError), answer
        assert [(row["id"], text)] == [(r["Id"], r["Title"]) for r in answer["records"]]


@pytest.mark.parametrize("value", ["", "a\x00b", "a\tb", "a\nb", "\x7f", "x" * 4001, "\ud800"])
def test_what_no_query_can_hold_is_not_asked(value: str) -> None:
    """Control characters, halves of characters, and more than a literal may have."""
    assert not soql.askable(value)


@given(st.lists(st.text(st.sampled_from("ab'@é🙂 "), max_size=40), max_size=60))
def test_lists_are_cut_and_nothing_is_lost(values: list[str]) -> None:
    """Every value is in one list, in order, and no list is longer than its room."""
    room = 300
    chunks = list(soql.in_chunks(values, room))

    assert values == [value for chunk in chunks for value in chunk]
    for chunk in chunks:
        spelled = ", ".join(map(soql.literal, chunk))
        assert len(chunk) == 1 or soql.size(spelled) <= room
