"""Queries: what is read, in which order, page by page, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_sandbox.salesforce.soql_parser import (
    Both,
    Compare,
    Literal,
    Not,
    parse_condition,
    parse_query,
)
from outreach_sandbox.salesforce.wire import NotBuiltError, RefusedError

LEADS = [
    {"LastName": "Adams", "Company": "Acme", "Email": "a@example.com", "NumberOfEmployees": 5},
    {"LastName": "baker", "Company": "Bolt_1", "NumberOfEmployees": 50, "Title": "CEO"},
    {"LastName": "Clark", "Company": "Core", "Email": "c@example.org", "IsConverted": True},
]
TASKS = [{"Subject": "Mail", "ActivityDate": f"2026-11-{day}"} for day in (21, 22, 23, 24)]


def refusal(org, text):
    first = org.call("GET", "query", params={"q": text}).json()[0]
    return first["errorCode"], first["message"]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("LastName = 'ADAMS'", ["Adams"]),
        ("LastName > 'azz'", ["baker", "Clark"]),
        ("Title != 'ceo'", ["Adams", "Clark"]),
        ("Title = null", ["Adams", "Clark"]),
        ("Email NOT IN ('a@example.com')", ["baker", "Clark"]),
        ("Email IN ('A@example.com', null)", ["Adams", "baker"]),
        ("Company LIKE 'bolt\\_%'", ["baker"]),
        ("Company LIKE 'bol\\_\\_1'", []),
        ("Company LIKE '%\\_1'", ["baker"]),
        ("Company LIKE 'a\\u0063me'", ["Adams"]),
        ("LastName IN ('\\u0041dams', 'ba\\u006Ber')", ["Adams", "baker"]),
        ("NOT Title = 'CEO'", ["Adams", "Clark"]),
        ("Company LIKE '_C%'", ["Adams"]),
        ("(NOT LastName LIKE 'a%') AND IsConverted = false", ["baker"]),
        ("(LastName = 'adams' OR LastName = 'clark') AND Email != null", ["Adams", "Clark"]),
        ("NumberOfEmployees < 50", ["Adams"]),
        ("NumberOfEmployees >= 5 AND NumberOfEmployees <> 5", ["baker"]),
        ("Owner.Name LIKE 'Outreach%' AND Lead.LastName < 'b'", []),
        ("Owner.Alias = 'PAT' AND Lead.LastName < 'b'", ["Adams"]),
        ("CreatedDate = TODAY", ["Adams", "baker", "Clark"]),
        ("CreatedDate < LAST_N_DAYS:3", []),
        ("SystemModstamp >= 2026-11-23T10:00:00+01:00", ["Adams", "baker", "Clark"]),
        ("SystemModstamp > 2026-11-23T09:00:00Z", []),
        ("SystemModstamp >= 2026-11-23T09:00:00.500Z", []),
    ],
)
def test_a_condition_selects(start, where, expected):
    """Text without case, nulls only where they belong, moments in any offset."""
    assert expected == start(leads=LEADS).names(where)


@pytest.mark.parametrize(
    ("where", "days"),
    [
        ("= YESTERDAY", [22]),
        ("> TODAY", [24]),
        ("<= TODAY", [21, 22, 23]),
        ("= LAST_N_DAYS:1", [22, 23]),
        ("= THIS_WEEK", [22, 23, 24]),
        ("= 2026-11-21", [21]),
        ("IN (TODAY, 2026-11-21)", [21, 23]),
        ("!= THIS_MONTH", []),
        ("< LAST_WEEK", []),
    ],
)
def test_a_date_word_stands_for_days(start, where, days):
    """Days in UTC, weeks from Sunday; 23 November 2026 is a Monday."""
    org = start(tasks=TASKS)
    text = f"SELECT ActivityDate FROM Task WHERE ActivityDate {where} ORDER BY ActivityDate"

    assert [f"2026-11-{day}" for day in days] == [r["ActivityDate"] for r in org.query(text)]


def test_rows_come_in_order(start):
    """Without case, nulls first in both directions unless said otherwise."""
    org = start(leads=LEADS)

    def order(by):
        return [r["LastName"][0] for r in org.query(f"SELECT LastName FROM Lead ORDER BY {by}")]

    assert list("AbC") == order("LastName")
    assert list("bCA") == order("Email DESC NULLS FIRST")
    assert list("bCA") == order("Email DESC")
    assert list("CAb") == order("Email DESC NULLS LAST, LastName")
    assert list("b") == order("LastName LIMIT 1 OFFSET 1")


def test_fields_come_as_asked_and_parents_nested(start):
    """Canonical names in the order asked; a missing parent is null."""
    org = start(leads=LEADS[:1])
    lead = org.query("SELECT email, Owner.Name, id, owner.email, ConvertedContact.Name FROM lead")[
        0
    ]

    assert ["attributes", "Email", "Owner", "Id", "ConvertedContact"] == list(lead)
    assert ("Pat Person", "pat@example.com") == (
        lead["Owner"]["Name"],
        lead["Owner"]["Email"],
    )
    assert lead["ConvertedContact"] is None


def test_a_task_knows_what_kind_its_who_is(org):
    """Who.Type and Who.Name through a reference to two objects."""
    lead = org.create()
    org.create("Task", Subject="Mail", WhoId=lead)
    task = org.query("SELECT Who.Type, Who.Name FROM Task")[0]

    assert ("Lead", "Doe") == (task["Who"]["Type"], task["Who"]["Name"])


def test_a_count_has_a_size_and_no_records(start):
    """COUNT() answers totalSize."""
    org = start(leads=LEADS)
    body = org.call("GET", "query/", params={"q": "select count() from Lead"}).json()

    assert {"totalSize": 3, "done": True, "records": []} == body


def test_look_ups_of_an_org(start):
    """Lead statuses can be renamed; stages, users and the organization can be read."""
    statuses = [{"value": "Fresh", "default": True}, {"value": "Won", "converted": True}]
    org = start(org={"lead_statuses": statuses})
    found = org.query("SELECT ApiName, IsConverted FROM LeadStatus ORDER BY SortOrder")

    assert [("Fresh", False), ("Won", True)] == [(s["ApiName"], s["IsConverted"]) for s in found]
    assert {"Status": "Fresh"} == org.read(org.create(), "Status")
    assert 1 == len(org.query("SELECT Name FROM Organization"))
    won = org.query("SELECT ApiName FROM OpportunityStage WHERE IsWon = true")
    assert ["Closed Won"] == [s["ApiName"] for s in won]


def test_pages_follow_a_cursor_for_two_days(start):
    """The next address ends in an offset; a page may be smaller than asked for."""
    org = start(org={"query_page_size": 2}, leads=LEADS)
    first = org.call("GET", "query", params={"q": "SELECT LastName FROM Lead"}).json()
    rest = org.call("GET", first["nextRecordsUrl"]).json()
    org.advance(2 * 24 * 3600)
    late = org.call("GET", first["nextRecordsUrl"])

    assert (3, False, 2) == (first["totalSize"], first["done"], len(first["records"]))
    assert first["nextRecordsUrl"].startswith("/services/data/v60.0/query/01g")
    assert first["nextRecordsUrl"].endswith("-2")
    assert (3, True, 1) == (rest["totalSize"], rest["done"], len(rest["records"]))
    assert (400, "INVALID_QUERY_LOCATOR") == (late.status_code, late.json()[0]["errorCode"])


def test_query_all_sees_the_recycle_bin_for_15_days(start):
    """Deleted records are marked; a query never sees them."""
    org = start(leads=LEADS)
    org.people("delete", email="a@example.com")
    text = "SELECT LastName FROM Lead WHERE IsDeleted = true"
    seen = org.query(text, "queryAll")
    hidden = org.query(text)
    org.advance(15 * 24 * 3600 + 1)

    assert (["Adams"], []) == ([r["LastName"] for r in seen], hidden)
    assert [] == org.query(text, "queryAll")


def test_old_closed_tasks_are_archived(start):
    """After 365 days only queryAll has them."""
    old = {"Subject": "Mail", "Status": "Completed", "ActivityDate": "2025-11-01"}
    org = start(tasks=[old, {**old, "ActivityDate": "2025-12-01"}])

    def days(resource):
        return [r["ActivityDate"] for r in org.query("SELECT ActivityDate FROM Task", resource)]

    assert ["2025-12-01"] == days("query")
    assert ["2025-11-01", "2025-12-01"] == days("queryAll")


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("SELECT Foo FROM Lead", "INVALID_FIELD", "No such column 'Foo' on entity 'Lead'"),
        ("SELECT Foo.Id FROM Lead", "INVALID_FIELD", "Didn't understand relationship 'Foo'"),
        ("SELECT * FROM Lead", "MALFORMED_QUERY", "unexpected token: '*'"),
        ("SELECT Id FROM Lead WHERE", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
        (
            "SELECT Id FROM Lead WHERE Id = null AND Id = null OR Id = null",
            "MALFORMED_QUERY",
            "unexpected token: 'OR'",
        ),
        (
            "SELECT Id FROM Lead WHERE Id = null AND NOT Id = null",
            "MALFORMED_QUERY",
            "unexpected token: 'NOT'",
        ),
        (
            "SELECT Id FROM Lead WHERE NOT Id = null AND Id = null",
            "MALFORMED_QUERY",
            "unexpected token: 'AND'",
        ),
        (
            "SELECT Id FROM Lead WHERE NOT NOT Id = null",
            "MALFORMED_QUERY",
            "unexpected token: 'NOT'",
        ),
        (
            "SELECT Id FROM Lead WHERE City = 'a\\x'",
            "MALFORMED_QUERY",
            "Illegal character sequence '\\x'",
        ),
        (
            "SELECT Id FROM Lead WHERE City = 'a\\_'",
            "MALFORMED_QUERY",
            "Illegal character sequence '\\_'",
        ),
        (
            "SELECT Id FROM Lead WHERE CreatedDate = SOMEDAY",
            "MALFORMED_QUERY",
            "unexpected token: 'SOMEDAY'",
        ),
        (
            "SELECT Id FROM Lead WHERE CreatedDate = LAST_N_DAYS",
            "MALFORMED_QUERY",
            "unexpected token",
        ),
        ("SELECT COUNT() FROM Lead ORDER BY Id", "MALFORMED_QUERY", "unexpected token: 'ORDER'"),
        ("SELECT Id FROM Lead OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "0 to 2000"),
        ("SELECT Id FROM Lead WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Id FROM Lead ORDER BY Description", "INVALID_FIELD", "can not be sorted"),
        (
            "SELECT Id FROM Lead WHERE SystemModstamp > '2026-01-01T00:00:00Z'",
            "INVALID_FIELD",
            "must be of type dateTime and should not be enclosed in quotes",
        ),
        (
            "SELECT Id FROM Lead WHERE SystemModstamp > 2026-01-01",
            "INVALID_FIELD",
            "must be of type dateTime",
        ),
        (
            "SELECT Id FROM Lead WHERE Email = 5",
            "INVALID_FIELD",
            "must be of type string and should be enclosed in quotes",
        ),
        ("SELECT Id FROM Lead WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field"),
        ("SELECT Id, id FROM Lead", "INVALID_FIELD", "duplicate field selected: id"),
    ],
)
def test_a_bad_query_is_refused_with_its_place(org, text, code, said):
    """The code, the words, and but for ranges a caret under the place."""
    found, message = refusal(org, text)

    assert code == found
    assert said in message
    assert code == "NUMBER_OUTSIDE_VALID_RANGE" or "^\nERROR at Row:1:Column:" in message


@pytest.mark.parametrize(
    "text",
    [
        "SELECT l.Id FROM Lead l",
        "SELECT Id FROM Lead AS l WHERE l.City = 'x'",
        "SELECT COUNT() FROM Contact c, c.Account a",
        "SELECT Owner.Manager.Name FROM Lead",
        "SELECT COUNT(Id), COUNT(Title) FROM Lead",
        "SELECT MAX(CreatedDate) FROM Lead",
        "SELECT City FROM Lead GROUP BY City",
        "SELECT FIELDS(ALL) FROM Lead LIMIT 200",
        "SELECT Name, (SELECT Id FROM Contacts) FROM Account",
        "SELECT Id FROM Lead WHERE Id IN (SELECT WhoId FROM Task)",
        "SELECT Id FROM Lead WHERE CALENDAR_YEAR(CreatedDate) = 2026",
        "SELECT Id FROM Lead WHERE CreatedDate = THIS_FISCAL_YEAR",
    ],
)
def test_soql_that_is_not_acted_out_says_so(org, text):
    """501: a statement that Salesforce would take is never called wrong."""
    assert 501 == org.call("GET", "query", params={"q": text}).status_code


def test_a_string_of_a_condition_has_4000_characters_at_most(org):
    """One more is refused; a statement may have 100,000 in all."""
    text = "SELECT Id FROM Lead WHERE City IN ('{}', 'x')"

    assert [] == org.query(text.format("x" * 4000))
    assert "MALFORMED_QUERY" == refusal(org, text.format("x" * 4001))[0]


def test_a_long_address_is_refused(org):
    """414 from 16,384 characters on: many ids do not fit a query."""
    ids = ",".join(f"'{n:015d}'" for n in range(1000))
    reply = org.call("GET", "query", params={"q": f"SELECT Id FROM Lead WHERE Id IN ({ids})"})

    assert 414 == reply.status_code


names = st.sampled_from(["Id", "Email", "Owner.Name", "LastName", "Outreach_Id__c", "Notes"])
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
literals = st.one_of(
    texts.map(lambda t: Literal("string", t)),
    st.integers(-999, 999).map(lambda n: Literal("number", str(n))),
    st.dates().map(lambda d: Literal("date", d.isoformat())),
    st.datetimes().map(lambda d: Literal("datetime", d.strftime("20%y-%m-%dT%H:%M:%SZ"))),
    st.sampled_from([Literal("null", "NULL"), Literal("boolean", "TRUE")]),
    st.sampled_from([Literal("literal", "TODAY"), Literal("literal", "LAST_N_DAYS:7")]),
)
one = st.tuples(names, st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "LIKE"]), literals)
some = st.tuples(
    names, st.sampled_from(["IN", "NOT IN"]), st.lists(literals, min_size=1, max_size=3)
)
leaves = st.one_of(one, some)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=8,
)


def written(literal):
    if literal.kind != "string":
        return literal.text
    return "'" + literal.text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def pattern(operator, literal):
    """What a LIKE makes of a text: its backslashes are kept, for they may stand before a wildcard."""
    like = operator == "LIKE" and literal.kind == "string"
    return Literal("string", literal.text.replace("\\", "\\\\")) if like else literal


def rendered(tree):
    if tree[0] == "not":
        return f"NOT ({rendered(tree[1])})"
    if tree[0] in ("AND", "OR"):
        return f" {tree[0]} ".join(f"({rendered(part)})" for part in tree[1])
    name, operator, value = tree
    listed = "(" + ", ".join(map(written, value)) + ")" if isinstance(value, list) else None
    return f"{name} {operator} {listed or written(value)}"


def kept(tree):
    if tree[0] == "not":
        return ("not", kept(tree[1]))
    if tree[0] in ("AND", "OR"):
        return (tree[0], [kept(part) for part in tree[1]])
    name, operator, value = tree
    return (name, operator, value if isinstance(value, list) else pattern(operator, value))


def read_back(condition):
    match condition:
        case Not(inner):
            return ("not", read_back(inner))
        case Both(word, parts):
            return (word, [read_back(part) for part in parts])
        case Compare(field, operator, values):
            inside = operator in ("IN", "NOT IN")
            return (field.text, operator, list(values) if inside else values[0])


@given(trees)
def test_a_condition_is_read_as_it_was_written(tree):
    """Every tree, rendered as SOQL with parentheses, is parsed back to itself."""
    assert kept(tree) == read_back(parse_condition(rendered(tree)))


@given(st.text("SELECT FROMidWHERELead='()<>,.%_:0123456789-TZ\\\n", max_size=60))
def test_no_text_breaks_the_parser(text):
    """Anything is a query, a refusal with a place, or something not built."""
    try:
        parse_query("SELECT " + text)
    except NotBuiltError:
        return
    except RefusedError as refused:
        message = refused.problem.message
    else:
        return
    assert "ERROR at Row:" in message


def test_a_count_of_a_field_is_one_row(start):
    """How many have a value; the row is an aggregate's (recorded)."""
    org = start(leads=LEADS)
    reply = org.call("GET", "query", params={"q": "select count(Title) from Lead"}).json()

    assert {
        "totalSize": 1,
        "done": True,
        "records": [{"attributes": {"type": "AggregateResult"}, "expr0": 1}],
    } == reply
