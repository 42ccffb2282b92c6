"""E-mails: told once, on the right timelines, whatever their text is and whatever HubSpot allows."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from outreach_core.errors import ConfigError, Fatal, Retriable
from outreach_sandbox.kernel.server import Running
from target_hubspot_activities.emails import email_properties

Run = Callable[..., Any]
Seed = Callable[..., None]
Records = Callable[[str], list[dict[str, Any]]]
AT = "2026-11-20T09:15:42Z"
REFUSED = {"missing_scopes": ["connected-email-data-access"]}
CREATE = "objects.batch_create"


def person(record_id: int, name: str = "ann", **properties: str) -> dict[str, Any]:
    """A contact of the seed."""
    return {"id": record_id, "properties": {"email": f"{name}@example.com", **properties}}


def plain(**columns: Any) -> tuple[str, dict[str, Any]]:
    """An e-mail to Ann that no ledger planned."""
    return (
        "emails",
        {"contact_email": "ann@example.com", "sent_at": AT, "subject": "Hello", **columns},
    )


def planned(intent: str, rid: str = "rid-ann", **columns: Any) -> tuple[str, dict[str, Any]]:
    """A planned e-mail to Ann."""
    stream, record = plain(event_key=f"key-{intent}", **columns)
    return (stream, {**record, "_sync": {"intent_id": intent, "rid": rid}})


def ends(record: dict[str, Any]) -> set[tuple[str, str, int]]:
    """What a record is associated with, by which type."""
    return {(end["to"], end["id"], end["type"]) for end in record["associations"]}


@pytest.fixture
def logged(records: Records) -> Callable[[], dict[str, str]]:
    """The properties of the one e-mail there is."""

    def look() -> dict[str, str]:
        (record,) = records("emails")
        found: dict[str, str] = record["properties"]
        return found

    return look


# -- the form ----------------------------------------------------------------------------------


def test_an_email_is_on_both_timelines_from_the_start(
    run: Run, seed: Seed, records: Records
) -> None:
    """Of the contact (198) and of the company (186), with one call."""
    seed(person(7), companies=[{"id": 9, "properties": {"domain": "x.example.com"}}])
    run(
        planned("a", company_domain="x.example.com"),
        linked={"rid-ann": "7"},
        companies={"x.example.com": "9"},
    )

    (record,) = records("emails")
    assert {("contacts", "7", 198), ("companies", "9", 186)} == ends(record)


def test_an_outgoing_email_in_hubspots_words(run: Run, seed: Seed, logged: Any) -> None:
    """Direction, state, time, text, key, and the people in the headers."""
    seed(person(7))
    run(
        planned("a", body="Dear Ann", sender="us@example.org", contact_name="Ann Lee Poe"),
        linked={"rid-ann": "7"},
    )

    shown = logged()
    assert ("EMAIL", "SENT", "Hello", "Dear Ann", "key-a") == tuple(
        shown[name]
        for name in (
            "hs_email_direction", "hs_email_status", "hs_email_subject", "hs_email_text",
            "outreach_event_key",
        )
    )  # fmt: skip
    assert datetime.fromisoformat(AT) == datetime.fromisoformat(shown["hs_timestamp"])
    assert {
        "from": {"email": "us@example.org"},
        "to": [{"email": "ann@example.com", "firstName": "Ann", "lastName": "Lee Poe"}],
        "cc": [],
        "bcc": [],
    } == json.loads(shown["hs_email_headers"])
    assert ("us@example.org", "ann@example.com") == (
        shown["hs_email_from_email"],
        shown["hs_email_to_email"],
    )


def test_an_answer_comes_from_the_contact(run: Run, seed: Seed, logged: Any) -> None:
    """The people change places, and the subject says that it is an answer, once."""
    seed(person(7))
    run(
        planned("a", direction="incoming", subject="Hello", sender="us@example.org"),
        linked={"rid-ann": "7"},
    )

    shown = logged()
    headers = json.loads(shown["hs_email_headers"])
    assert ("INCOMING_EMAIL", "Re: Hello") == (
        shown["hs_email_direction"],
        shown["hs_email_subject"],
    )
    assert ({"email": "ann@example.com"}, [{"email": "us@example.org"}]) == (
        headers["from"],
        headers["to"],
    )


@pytest.mark.parametrize("subject", ["Re: Hello", "RE: Hello", "re:Hello"])
def test_an_answer_is_called_an_answer_once(
    run: Run, seed: Seed, logged: Any, subject: str
) -> None:
    """What says so already is left as it is."""
    seed(person(7))
    run(planned("a", direction="incoming", subject=subject), linked={"rid-ann": "7"})

    assert subject == logged()["hs_email_subject"]


def test_an_email_of_few_words(run: Run, seed: Seed, logged: Any) -> None:
    """Nobody's name, no sender, no subject and no text are no error."""
    seed(person(7))
    run(planned("a", subject=None, body="", contact_name=" ", sender=None), linked={"rid-ann": "7"})

    shown = logged()
    assert not {"hs_email_subject", "hs_email_text"} & set(shown)
    headers = json.loads(shown["hs_email_headers"])
    assert ({}, [{"email": "ann@example.com"}]) == (headers["from"], headers["to"])


@pytest.mark.parametrize(
    "sent_at",
    [
        "2026-11-20T12:15:42+03:00",
        "2026-11-20 09:15:42Z",
        "2026-11-20T09:15:42.000Z",
        "2026-11-20T04:15:42-05:00",
    ],
)
def test_a_time_is_told_in_utc(run: Run, seed: Seed, logged: Any, sent_at: str) -> None:
    """HubSpot takes UTC; whoever writes another offset means the same moment."""
    seed(person(7))
    run(plain(sent_at=sent_at), ledger=False)

    assert "2026-11-20T09:15:42Z" == logged()["hs_timestamp"].replace(".000", "")
    sent = email_properties(plain(sent_at=sent_at)[1], keyed=False)
    assert "2026-11-20T09:15:42.000Z" == sent["hs_timestamp"]


def test_a_bounced_email(run: Run, seed: Seed, logged: Any) -> None:
    """It is logged as one."""
    seed(person(7))
    run(planned("a", status="bounced"), linked={"rid-ann": "7"})

    assert "BOUNCED" == logged()["hs_email_status"]


# -- the text ----------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [50_000, 65_000])
def test_a_long_text_is_whole(run: Run, seed: Seed, logged: Any, length: int) -> None:
    """As long as a cell of the sheet can be, and a little more."""
    seed(person(7))
    body = "x" * (length - 1) + "!"
    run(planned("a", body=body), linked={"rid-ann": "7"})

    assert body == logged()["hs_email_text"]


def test_an_emoji_has_the_room_of_two_letters(run: Run, seed: Seed, logged: Any) -> None:
    """40,000 of them are 80,000 of HubSpot's characters, and 32,000 are whole."""
    seed(person(7), person(8, "bob"))
    run(planned("a", body="\U0001f44b" * 40_000), linked={"rid-ann": "7"})

    assert logged()["hs_email_text"].startswith("\U0001f44b" * 32_500 + "\n")
    whole = email_properties({"body": "\U0001f44b" * 32_000}, keyed=False)
    assert "\U0001f44b" * 32_000 == whole["hs_email_text"]


@pytest.mark.parametrize("letter", ["x", "\U0001f44b", "ш"], ids=["Latin", "emoji", "Cyrillic"])
def test_a_text_without_room_is_cut_and_says_so(
    run: Run, seed: Seed, logged: Any, letter: str
) -> None:
    """70,000 characters; in HubSpot's count an emoji is two, and none is cut in half."""
    seed(person(7))
    guess = {"not_before": "2026-11-19T09:00:00Z", "not_after": AT}
    told = run(planned("a", body=letter * 70_000, **guess), linked={"rid-ann": "7"})

    text = logged()["hs_email_text"]
    assert {"a": "written"} == told.kinds
    assert len(text.encode("utf-16-le")) // 2 <= 65_536
    assert "[The rest is too long for HubSpot.]" in text
    assert text.endswith("[time estimated: between 2026-11-19T09:00:00Z and 2026-11-20T09:15:42Z]")
    assert set(letter) == set(text.partition("\n")[0])


@pytest.mark.parametrize(
    ("guess", "line"),
    [
        ({"not_before": "A", "not_after": "B"}, "[time estimated: between A and B]"),
        ({"not_after": "B"}, "[time estimated: before B]"),
    ],
    ids=["between", "before"],
)
@pytest.mark.parametrize("body", ["", "Dear Ann"])
def test_an_estimated_time_says_so(
    run: Run, seed: Seed, logged: Any, guess: dict[str, str], line: str, body: str
) -> None:
    """The last line, also of a text that is empty."""
    seed(person(7))
    run(planned("a", body=body, **guess), linked={"rid-ann": "7"})

    assert f"{body}\n\n{line}".strip() == logged()["hs_email_text"]


def test_a_text_in_all_the_worlds_letters(run: Run, seed: Seed, logged: Any) -> None:
    """Emoji, right to left, line ends of both kinds and what looks like a formula stay as they are."""
    seed(person(7))
    hello = "\u0645\u0631\u062d\u0628\u0627 \U0001f44b\U0001f3fd"
    body = f"=1+1\r\n{hello}\n\t\u05e9\u05dc\u05d5\u05dd \u202eabc\u202c\n—"
    run(planned("a", body=body, subject=f"{hello} =1+1"), linked={"rid-ann": "7"})

    shown = logged()
    assert (body, f"{hello} =1+1") == (shown["hs_email_text"], shown["hs_email_subject"])


EVIL = "Hello\r\nBcc: mallory@example.net\x0b\x85\u2028X: y\n\n<script>"


def test_no_header_can_be_smuggled_in(run: Run, seed: Seed, logged: Any) -> None:
    """Line ends of any kind in subject, name and sender become spaces."""
    seed(person(7))
    run(
        planned("a", subject=EVIL, contact_name=EVIL, sender=f"us@example.org{EVIL}"),
        linked={"rid-ann": "7"},
    )

    shown = logged()
    headers = json.loads(shown["hs_email_headers"])
    texts = [shown["hs_email_subject"], *headers["to"][0].values(), *headers["from"].values()]
    assert [] == [text for text in texts if len(text.splitlines()) != 1]
    assert ([], []) == (headers["cc"], headers["bcc"])
    assert not shown.get("hs_email_bcc_email")
    assert "Hello Bcc: mallory@example.net X: y <script>" == shown["hs_email_subject"]


# -- who gets them -----------------------------------------------------------------------------


def test_an_email_waits_for_its_contact(run: Run, seed: Seed, records: Records) -> None:
    """Held, and never in doubt: the contact is not acknowledged."""
    seed(person(7))
    told = run(planned("a"), planned("b", rid="rid-bob"), linked={"rid-ann": "7"})

    assert {"a": "written", "b": "held"} == told.kinds
    assert ["a"] == told.doubted
    assert 1 == len(records("emails"))


def test_hundreds_each_to_their_own(
    run: Run, seed: Seed, sandbox: Running, records: Records
) -> None:
    """Answers come shuffled; each e-mail is acknowledged with its own id, a hundred a call."""
    seed(*(person(n, f"a{n}") for n in range(1, 31)))
    linked = {f"rid-{n}": str(n) for n in range(1, 31)}
    feed = [planned(f"e{n}", rid=f"rid-{n % 30 + 1}", subject=str(n)) for n in range(250)]
    told = run(*feed, linked=linked)

    subjects = {
        record["id"]: record["properties"]["hs_email_subject"] for record in records("emails")
    }
    assert {f"e{n}": str(n) for n in range(250)} == {
        name: subjects[outcome.record_id or ""] for name, outcome in told.outcomes.items()
    }
    calls = [c["inputs"] for c in sandbox.control.calls() if c["operation"] == CREATE]
    assert [100, 100, 50] == calls


@pytest.mark.parametrize("vanish", [False, True], ids=["named", "left out"])
def test_a_contact_deleted_since_the_plan(
    run: Run, seed: Seed, sandbox: Running, vanish: bool
) -> None:
    """Gone, by the contact's id, so that it is looked up; the others are told of theirs."""
    seed(person(7), person(8, "bob"), switches={"hubspot.missing_ids_vanish": vanish})
    sandbox.control.people("hubspot", "delete", id="7")
    told = run(planned("a"), planned("b", rid="rid-bob"), linked={"rid-ann": "7", "rid-bob": "8"})

    gone = told.outcomes["a"]
    assert {"a": "gone", "b": "written"} == told.kinds
    assert ("7", {}) == (gone.record_id, dict(gone.skipped))


def test_a_company_deleted_since_the_plan(
    run: Run, seed: Seed, sandbox: Running, records: Records
) -> None:
    """Gone, by the company's id, so that the ledger forgets it; the next plan does without."""
    seed(person(7), companies=[{"id": 9, "properties": {"domain": "x.example.com"}}])
    sandbox.control.people("hubspot", "delete", object="companies", id="9")
    host = {"company_domain": "x.example.com"}
    told = run(planned("a", **host), linked={"rid-ann": "7"}, companies={"x.example.com": "9"})
    again = run(planned("a", **host), linked={"rid-ann": "7"})

    gone = told.outcomes["a"]
    assert ("gone", "9", {"company": "gone"}) == (gone.kind, gone.record_id, dict(gone.skipped))
    assert {"a": "written"} == again.kinds
    assert 1 == len(records("emails"))


@pytest.mark.parametrize(("follows", "kind"), [(True, "written"), (False, "gone")])
def test_a_contact_merged_since_the_plan(
    run: Run, seed: Seed, sandbox: Running, records: Records, follows: bool, kind: str
) -> None:
    """HubSpot leads the old id to the survivor, or refuses it and the contact is looked up."""
    seed(person(7), person(8, "bob"), switches={"hubspot.merged_ids_associate": follows})
    survivor = sandbox.control.people("hubspot", "merge", primary="8", other="7")["id"]
    told = run(planned("a"), linked={"rid-ann": "7"})

    assert {"a": kind} == told.kinds
    found = [ends(record) for record in records("emails")]
    assert ([{("contacts", survivor, 198)}] if follows else []) == found


def test_a_refused_email_costs_nobody_else(run: Run, seed: Seed, records: Records) -> None:
    """A subject without room, a direction HubSpot does not know: rejected by name of the property."""
    seed(person(7))
    told = run(
        planned("a"),
        planned("b", subject="x" * 70_000),
        planned("c", direction="sideways"),
        planned("d", sent_at="yesterday"),
        planned("e", subject="other"),
        linked={"rid-ann": "7"},
    )

    kinds = {"a": "written", "b": "rejected", "c": "rejected", "d": "rejected", "e": "written"}
    assert kinds == told.kinds
    named = {
        name: outcome.problem.field for name, outcome in told.outcomes.items() if outcome.problem
    }
    assert {"b": "hs_email_subject", "c": "hs_email_direction", "d": "hs_timestamp"} == named
    assert 2 == len(records("emails"))


def test_a_207_in_which_results_and_errors_are_mixed(
    run: Run, seed: Seed, sandbox: Running, records: Records
) -> None:
    """One of fifty is refused; the call is made once."""
    seed(person(7))
    feed = [planned(f"e{n}", subject=str(n) if n != 33 else "x" * 70_000) for n in range(50)]
    told = run(*feed, linked={"rid-ann": "7"})

    assert ["e33"] == [name for name, kind in told.kinds.items() if kind == "rejected"]
    assert 49 == len(records("emails"))
    assert [(207, 50)] == [
        (c["status"], c["inputs"]) for c in sandbox.control.calls() if c["operation"] == CREATE
    ]


# -- an account that refuses the property ------------------------------------------------------


def test_without_the_property_an_email_carries_no_key(run: Run, seed: Seed, logged: Any) -> None:
    """The scope is missing, and the e-mail is logged all the same."""
    seed(person(7), auth=REFUSED)
    told = run(planned("a"), linked={"rid-ann": "7"})

    assert {"a": "written"} == told.kinds
    assert "outreach_event_key" not in logged()


def test_the_account_is_asked_once_whether_it_has_the_property(
    run: Run, seed: Seed, sandbox: Running
) -> None:
    """Also where it does not let us look."""
    seed(person(7), auth=REFUSED)
    run(*(planned(f"e{n}", subject=str(n)) for n in range(250)), linked={"rid-ann": "7"})

    asked = [c for c in sandbox.control.calls() if c["operation"] == "properties.list"]
    assert [403] == [call["status"] for call in asked]


@pytest.mark.parametrize("direction", ["outgoing", "incoming"])
@pytest.mark.parametrize("auth", [{}, REFUSED], ids=["keyed", "refused"])
def test_said_twice_it_is_told_once(
    run: Run, seed: Seed, records: Records, direction: str, auth: dict[str, Any]
) -> None:
    """By its key, or by subject, second and direction; another e-mail is another one."""
    seed(person(7), auth=auth)
    one = plain(event_key="k1", direction=direction)
    run(one, ledger=False)
    run(one, plain(event_key="k2", direction=direction, subject="Another"), ledger=False)
    run(one, plain(event_key="k2", direction=direction, subject="Another"), ledger=False)

    assert 2 == len(records("emails"))


@pytest.mark.parametrize(
    "again",
    [
        {"sent_at": "2026-11-20T12:15:42+03:00"},
        {"sent_at": "2026-11-20T09:15:42.678Z"},
        {"subject": "  Hello\n"},
        {"contact_email": " Ann@Example.com"},
        {"contact_email": "ann.second@example.com"},
        {"event_key": "k1"},
    ],
    ids=[
        "another offset",
        "a fraction",
        "white space",
        "capitals",
        "another address",
        "now with a key",
    ],
)
def test_said_in_other_words_it_is_told_once(
    run: Run, seed: Seed, records: Records, again: dict[str, Any]
) -> None:
    """The same moment, subject and contact, however they are written."""
    seed(person(7, hs_additional_emails="ann.second@example.com"))
    run(plain(), ledger=False)
    run(plain(**again), ledger=False)

    assert 1 == len(records("emails"))


@pytest.mark.parametrize(
    "other",
    [
        {"sent_at": "2026-11-20T09:15:43Z"},
        {"subject": "Hello!"},
        {"direction": "incoming"},
        {"contact_email": "bob@example.com"},
    ],
    ids=["a second later", "another subject", "the other way", "to another"],
)
def test_another_email_is_told_too(
    run: Run, seed: Seed, records: Records, other: dict[str, Any]
) -> None:
    """In the same batch and in a later one."""
    seed(person(7), person(8, "bob"))
    run(plain(), plain(**other), ledger=False)
    run(plain(**other), ledger=False)

    assert 2 == len(records("emails"))


def test_an_app_that_may_not_read_subjects(
    run: Run, seed: Seed, sandbox: Running, records: Records
) -> None:
    """HubSpot hides them; direction and second still recognise what was told."""
    hidden = {"missing_scopes": [*REFUSED["missing_scopes"], "sales-email-read"]}
    seed(person(7), auth=hidden)
    run(plain(), ledger=False)
    run(plain(), plain(sent_at="2026-11-21T09:15:42Z"), ledger=False)

    assert 2 == len(records("emails"))


def test_a_list_that_is_not_complete_stops_a_plain_run(
    run: Run, seed: Seed, sandbox: Running, records: Records
) -> None:
    """What cannot be compared is not logged: it could be there already."""
    seed(person(7))
    run(plain(), ledger=False)
    body = {"status": "COMPLETE", "results": []}
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": "associations.batch_read", "status": 200, "body": body}
    )
    with pytest.raises(Retriable, match="did not list"):
        run(plain(), ledger=False)

    assert 1 == len(records("emails"))


# -- plain -------------------------------------------------------------------------------------


def test_a_plain_email_is_in_the_contacts_company(
    run: Run, seed: Seed, sandbox: Running, records: Records
) -> None:
    """Or in that of the domain it names, if one company has it."""
    companies = [
        {"id": n, "properties": {"domain": f"{name}.example.com"}}
        for n, name in ((1, "own"), (2, "other"), (3, "twice"), (4, "twice"))
    ]
    own = {"object": "contacts", "id": 7, "to_object": "companies", "to_id": 1, "primary": True}
    seed(person(7), companies=companies, associations=[own])
    run(
        plain(subject="1"),
        plain(subject="2", company_domain="https://www.other.example.com/x"),
        plain(subject="3", company_domain="twice.example.com"),
        plain(subject="4", company_domain="nobody.example.com"),
        ledger=False,
    )

    found = {
        record["properties"]["hs_email_subject"]: [
            i for to, i, _ in ends(record) if to == "companies"
        ]
        for record in records("emails")
    }
    assert {"1": ["1"], "2": ["2"], "3": ["1"], "4": ["1"]} == found


BAD = {
    "nobody": ({"contact_email": "nobody@example.com"}, "no_contact"),
    "no address": ({"contact_email": "  "}, "incomplete"),
    "what is no address": ({"contact_email": "Ann Lee"}, "no_contact"),
    "no time": ({"sent_at": None}, "incomplete"),
    "a time without an offset": ({"sent_at": "2026-11-20 09:15:42"}, "bad_time"),
    "a day that is none": ({"sent_at": "2026-13-40T09:15:42Z"}, "bad_time"),
    "a word": ({"sent_at": "yesterday"}, "bad_time"),
    "an unknown direction": ({"direction": "sideways"}, "unknown_word"),
    "an unknown status": ({"status": "eaten"}, "unknown_word"),
    "a guess that is no time": ({"not_after": "later"}, "bad_time"),
    "no room": ({"subject": "x" * 70_000}, "refused"),
}


@pytest.mark.parametrize("bad", BAD)
def test_one_bad_email_costs_no_other_its_turn(
    run: Run, seed: Seed, rejected: Any, records: Records, bad: str
) -> None:
    """It is kept with a code and a sentence that quotes nothing; the run fails."""
    seed(person(7))
    columns, code = BAD[bad]
    good = [plain(subject=str(n)) for n in range(5)]
    with pytest.raises(Fatal, match="refused 1 of the records"):
        run(*good[:2], plain(**columns), *good[2:], ledger=False)

    ((reason, kept),) = [(line["reason"], line["record"]) for line in rejected()]
    assert (code, plain(**columns)[1]) == (reason["code"], kept)
    assert not [
        value
        for value in columns.values()
        if value and value.strip() and value in reason["message"]
    ]
    assert 5 == len(records("emails"))


def test_what_is_no_address_is_not_asked_for(
    run: Run, seed: Seed, sandbox: Running, records: Records
) -> None:
    """HubSpot may refuse a whole look-up for it, and with it everybody else's."""
    seed(person(7))
    sandbox.control.forget_calls()
    run(plain(contact_email="Ann Lee"), ledger=False, allow_failures=True)

    assert "objects.batch_read" not in {call["operation"] for call in sandbox.control.calls()}


def test_capitals_in_words_do_not_matter(run: Run, seed: Seed, logged: Any) -> None:
    """People type them into tables."""
    seed(person(7))
    run(plain(direction="Incoming", status="Sent"), ledger=False)

    assert "INCOMING_EMAIL" == logged()["hs_email_direction"]


def test_a_misspelt_column_is_a_clear_error(run: Run, seed: Seed, sandbox: Running) -> None:
    """Nothing is written: what it holds would be lost without a word."""
    seed(person(7))
    with pytest.raises(ConfigError, match="has no column boddy"):
        run(plain(boddy="Dear Ann"), ledger=False)

    assert not [c for c in sandbox.control.calls() if "batch" in c["operation"]]


def test_a_planned_email_without_a_ledger_is_a_plain_one(
    run: Run, seed: Seed, records: Records
) -> None:
    """The envelope is no column."""
    seed(person(7))
    run(planned("a"), planned("a"), ledger=False)

    assert 1 == len(records("emails"))


def test_nothing_of_a_person_is_logged(
    run: Run, seed: Seed, caplog: Any, capsys: Any, sandbox: Running
) -> None:
    """Neither address, subject nor text are in messages, nor in an address that is called."""
    seed(person(7))
    with pytest.raises(Fatal) as failed:
        run(
            plain(subject="Secret offer", body="Dear Ann", contact_name="Ann Lee"),
            plain(contact_email="nobody@example.com"),
            plain(subject="Secret " + "x" * 70_000),
            ledger=False,
        )

    calls = json.dumps([[c["path"], c["query"]] for c in sandbox.control.calls()])
    printed = capsys.readouterr()
    said = "".join([caplog.text, printed.out, printed.err, calls, str(failed.value)])
    assert [] == [w for w in ("@example", "Secret", "Dear Ann", "Ann Lee") if w in said]
