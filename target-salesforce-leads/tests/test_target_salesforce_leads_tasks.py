"""E-mails as completed tasks: once, on the right day, whole as far as there is room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.salesforce_plan import create, lead, mail
from outreach_core.errors import ConfigError
from outreach_sandbox.kernel.server import Running

Run = Callable[..., Any]
Seed = Callable[..., None]
Records = Callable[..., list[dict[str, Any]]]
ANN = lead("lee", FirstName="Ann", Email="ann@example.com")
UNKEYED = ("Activity.Outreach_Id__c",)


@pytest.fixture
def linked(seed: Seed, records: Records) -> dict[str, str]:
    """An org with one lead that a row is linked to."""
    seed(ANN)
    return {"rid-p": records()[0]["Id"]}


def test_a_sent_email_is_a_completed_task(run: Run, records: Records, linked: Any) -> None:
    """On the lead's timeline, with its key; the lead's last activity follows by itself."""
    told = run(mail("a"), linked=linked)

    (task,) = records("Task")
    assert ("written", task["Id"]) == (told.kinds["a"], told.outcomes["a"].record_id)
    assert (linked["rid-p"], "Offer a", "Hello Ann") == (
        task["WhoId"],
        task["Subject"],
        task["Description"],
    )
    assert ("Completed", True, "Email") == (task["Status"], task["IsClosed"], task["TaskSubtype"])
    assert ("2026-11-20", "key-a") == (task["ActivityDate"], task["Outreach_Id__c"])
    assert "2026-11-20" == records()[0]["LastActivityDate"]


def test_an_answer_is_a_task_too(run: Run, records: Records, linked: Any) -> None:
    """Its subject begins with Re:, once."""
    run(
        mail("a", direction="incoming", subject="Offer"),
        mail("b", direction="incoming", subject="RE: Offer"),
        mail("c", direction="incoming", subject=None),
        mail("d", subject=None),
        linked=linked,
    )

    assert ["Re: Offer", "RE: Offer", "Re:", "E-mail"] == [t["Subject"] for t in records("Task")]


def test_a_contact_gets_its_emails_too(run: Run, seed: Seed, records: Records) -> None:
    """A row whose lead was converted is linked to the contact."""
    seed(contacts=[{"LastName": "Lee"}])
    (contact,) = records("Contact")
    told = run(mail("a"), linked={"rid-p": contact["Id"]})

    assert ("written", contact["Id"]) == (told.kinds["a"], records("Task")[0]["WhoId"])


# -- the day ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "org", "at", "day"),
    [
        (None, "GMT", "2026-11-20T23:59:59Z", "2026-11-20"),
        (None, "GMT", "2026-11-21T00:00:00Z", "2026-11-21"),
        (None, "America/New_York", "2026-11-21T04:59:59Z", "2026-11-20"),
        (None, "America/New_York", "2026-11-21T05:00:00Z", "2026-11-21"),
        ("Europe/Berlin", "America/New_York", "2026-11-20T22:59:59Z", "2026-11-20"),
        ("Europe/Berlin", "America/New_York", "2026-11-20T23:00:00Z", "2026-11-21"),
        ("Europe/Berlin", "GMT", "2026-06-20T22:00:00Z", "2026-06-21"),
        (None, "GMT", "2026-11-20T23:30:00-05:00", "2026-11-21"),
        (None, "Nowhere/At_All", "2026-11-20T23:59:59Z", "2026-11-20"),
        (None, "GMT", None, None),
    ],
)
def test_the_day_is_the_orgs_own(
    run: Run,
    seed: Seed,
    records: Records,
    sandbox: Running,
    *,
    setting: str | None,
    org: str,
    at: str | None,
    day: str | None,
) -> None:
    """A task has a day and no time: that of the org's default time zone, or of the setting."""
    seed(ANN)
    linked = {"rid-p": records()[0]["Id"]}
    settings = {"time_zone": setting} if setting else {}

    def there(target: Any) -> None:
        target.__dict__["org"] = type(target.org)(**{**target.org.__dict__, "zone": org})

    run(mail("a", sent_at=at), linked=linked, meanwhile=there, **settings)

    assert day == records("Task")[0]["ActivityDate"]


def test_the_orgs_time_zone_is_asked(run: Run, linked: Any) -> None:
    """It is that of the organisation, not that of the integration user."""
    zones: list[str] = []
    run(mail("a"), linked=linked, meanwhile=lambda target: zones.append(target.org.zone))

    assert ["GMT"] == zones


def test_a_time_zone_that_is_none(run: Run, linked: Any) -> None:
    """It stops the program before anything is written."""
    with pytest.raises(ConfigError, match="time_zone"):
        run(mail("a"), linked=linked, time_zone="Nowhere")


# -- the text ---------------------------------------------------------------------------------


@pytest.mark.parametrize("letter", ["x", "🙂"])
def test_long_texts_are_cut_with_a_note(
    run: Run, records: Records, linked: Any, *, letter: str
) -> None:
    """Counted as Salesforce counts, where an emoji is two."""
    told = run(
        mail("a", body=letter * 40_000, subject=letter * 300, status="bounced"), linked=linked
    )

    (task,) = records("Task")
    text, subject = task["Description"], task["Subject"]
    assert "written" == told.kinds["a"]
    assert 31_998 <= len(text.encode("utf-16-le")) // 2 <= 32_000
    assert 254 <= len(subject.encode("utf-16-le")) // 2 <= 255
    assert "[The rest is too long for Salesforce.]" in text
    assert text.endswith("[This e-mail came back: it could not be delivered.]")
    assert subject.endswith("…")


def test_what_has_to_be_said_of_an_email(run: Run, records: Records, linked: Any) -> None:
    """Estimated times, and who wrote to whom where our own address is known."""
    run(
        mail("a", not_before="2026-11-20T09:00:00Z", not_after="2026-11-20T10:00:00Z"),
        mail("b", not_after="2026-11-20T10:00:00Z"),
        mail("c", sender="us@example.com"),
        mail("d", sender="us@example.com", direction="incoming", body=None),
        linked=linked,
    )

    assert [
        "Hello Ann\n\n[time estimated: between 2026-11-20T09:00:00Z and 2026-11-20T10:00:00Z]",
        "Hello Ann\n\n[time estimated: before 2026-11-20T10:00:00Z]",
        "From: us@example.com\nTo: ann@example.com\n\nHello Ann",
        "From: ann@example.com\nTo: us@example.com",
    ] == [task["Description"] for task in records("Task")]


# -- once -------------------------------------------------------------------------------------


def test_a_key_that_is_there_is_already_ours(
    run: Run, records: Records, linked: Any, person: Any
) -> None:
    """DUPLICATE_VALUE: the task is found by its key, whatever a person made of it."""
    run(mail("a"), linked=linked)
    (task,) = records("Task")
    person("edit", id=task["Id"], values={"Subject": "Edited"})
    told = run(mail("a"), mail("b"), linked=linked)

    assert {"a": "adopted", "b": "written"} == told.kinds
    assert (task["Id"], "Edited") == (told.outcomes["a"].record_id, records("Task")[0]["Subject"])
    assert 2 == len(records("Task"))


def test_one_key_twice_in_a_plan(run: Run, records: Records, linked: Any) -> None:
    """The first is made, the second is held."""
    told = run(mail("a"), mail("b", event_key="KEY-A"), linked=linked)

    assert ({"a": "written", "b": "held"}, 1) == (told.kinds, len(records("Task")))


def test_hundreds_are_written_in_collections_of_200(
    run: Run, records: Records, linked: Any, sandbox: Running
) -> None:
    """Each is acknowledged with its own id."""
    told = run(*(mail(f"m{n}") for n in range(450)), linked=linked)

    made = [c for c in sandbox.control.calls() if c["operation"] == "collections.create"]
    assert [200, 200, 50] == [call["inputs"] for call in made]
    subjects = {task["Id"]: task["Subject"] for task in records("Task")}
    assert {f"m{n}": f"Offer m{n}" for n in range(450)} == {
        name: subjects[outcome.record_id] for name, outcome in told.outcomes.items()
    }


# -- an org whose activities lack the field ---------------------------------------------------


def test_without_the_field_the_persons_tasks_are_looked_at(
    run: Run, seed: Seed, records: Records, fault: Any, calls: Any
) -> None:
    """A lost answer leaves doubt; planned again, the task is found by person, day, subject and text."""
    seed(ANN, without=UNKEYED)
    linked = {"rid-p": records()[0]["Id"]}
    fault("collections.create", kind="after", reset=True)
    first = run(mail("a"), linked=linked)
    again = run(mail("a"), mail("b"), linked=linked)

    (one, _) = records("Task")
    assert ({"a": "unknown"}, {"a": "adopted", "b": "written"}) == (first.kinds, again.kinds)
    assert one["Id"] == again.outcomes["a"].record_id
    assert "Outreach_Id__c" not in one


@pytest.mark.parametrize("lost", [{"reset": True}, {"status": 200, "body": []}])
def test_without_the_field_silence_is_doubt(
    run: Run, seed: Seed, records: Records, fault: Any, *, lost: dict[str, Any]
) -> None:
    """Nothing can be asked by key, so nothing is called held or made."""
    seed(ANN, without=UNKEYED)
    fault("collections.create", **lost)

    assert {"a": "unknown"} == run(mail("a"), linked={"rid-p": records()[0]["Id"]}).kinds


@pytest.mark.parametrize(
    "columns",
    [
        {"subject": "Another"},
        {"body": "Hello again"},
        {"sent_at": "2026-11-21T09:15:42Z"},
        {"direction": "incoming"},
    ],
)
def test_without_the_field_another_email_is_another_task(
    run: Run, seed: Seed, records: Records, *, columns: dict[str, Any]
) -> None:
    """One that differs in the day, the subject or the text is made."""
    seed(ANN, without=UNKEYED)
    linked = {"rid-p": records()[0]["Id"]}
    run(mail("a", subject="Offer"), linked=linked)
    told = run(mail("b", **{"subject": "Offer", **columns}), linked=linked)

    assert ({"b": "written"}, 2) == (told.kinds, len(records("Task")))


def test_without_the_field_each_task_stands_for_one(run: Run, seed: Seed, records: Records) -> None:
    """Of two e-mails that are alike the one that is there stands for the first alone."""
    seed(ANN, without=UNKEYED)
    linked = {"rid-p": records()[0]["Id"]}
    run(mail("a", subject="Offer"), linked=linked)
    told = run(mail("b", subject="Offer"), mail("c", subject="Offer"), linked=linked)

    assert {"b": "adopted", "c": "written"} == told.kinds


def test_a_field_that_is_not_unique_is_no_key(run: Run, seed: Seed, records: Records) -> None:
    """It keeps nothing from being made twice, so it is treated as if it were not there."""
    field = {"object": "Activity", "name": "Outreach_Id__c", "external_id": True}
    seed(ANN, without=UNKEYED, custom_fields=[field])
    linked = {"rid-p": records()[0]["Id"]}
    run(mail("a"), linked=linked)
    told = run(mail("a"), linked=linked)

    assert ({"a": "adopted"}, 1) == (told.kinds, len(records("Task")))


def test_without_the_field_and_nobody_answers(
    run: Run, seed: Seed, records: Records, fault: Any, calls: Any
) -> None:
    """What cannot be looked for is not made."""
    seed(ANN, without=UNKEYED)

    def then_nothing(target: Any) -> None:
        assert target.org
        fault("composite", status=503, times=99)

    told = run(mail("a"), linked={"rid-p": records()[0]["Id"]}, meanwhile=then_nothing)

    assert ({"a": "held"}, []) == (told.kinds, told.doubted)
    assert "collections.create" not in calls()


# -- whom it is about -------------------------------------------------------------------------


@pytest.mark.parametrize(("door", "count"), [("delete", 0), ("convert", 1)])
def test_a_lead_that_is_gone_is_told(
    run: Run, records: Records, linked: Any, person: Any, *, door: str, count: int
) -> None:
    """Deleted or converted: the row is looked up by the next run, and the e-mail waits for its outcome."""
    person(door, id=linked["rid-p"])
    told = run(mail("a"), linked=linked)

    assert ("gone", linked["rid-p"]) == (told.kinds["a"], told.outcomes["a"].record_id)
    assert ([], count) == (records("Task"), len(records("Contact")))


def test_a_gone_lead_costs_no_other_its_email(
    run: Run, seed: Seed, records: Records, person: Any
) -> None:
    """The others of the call are written."""
    seed(ANN, lead("bo"))
    first, second = (record["Id"] for record in records())
    person("delete", id=first)
    told = run(mail("a"), mail("b", rid="rid-q"), linked={"rid-p": first, "rid-q": second})

    assert {"a": "gone", "b": "written"} == told.kinds


def test_a_refused_email_costs_nobody_else(run: Run, seed: Seed, records: Records) -> None:
    """A rule of the org about tasks is named like any other."""
    rule = {"object": "Task", "when": "Subject = 'Offer a'", "message": "No.", "field": "Subject"}
    seed(ANN, rules={"validation": [rule]})
    told = run(mail("a"), mail("b"), linked={"rid-p": records()[0]["Id"]})

    assert {"a": "rejected", "b": "written"} == told.kinds
    assert "Subject" == told.outcomes["a"].problem.field


def test_somebody_holds_the_lead(
    run: Run, records: Records, linked: Any, person: Any, waits: list[float]
) -> None:
    """It is waited for, twice; after that the e-mails wait for the next run."""
    person("lock_row", id=linked["rid-p"], times=1)
    one = run(mail("a"), linked=linked)
    person("lock_row", id=linked["rid-p"], times=99)
    other = run(mail("b"), linked=linked)

    assert ({"a": "written"}, {"b": "held"}) == (one.kinds, other.kinds)
    assert 3 == len(waits)


# -- what the org has -------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["TaskSubtype", "Outreach_Id__c"])
def test_a_field_that_may_not_be_written_is_left_out(
    run: Run, linked: Any, person: Any, records: Records, *, field: str
) -> None:
    """Without the right to it the task is made all the same."""
    person("hide_field", object="Task", field=field, read_only=True)

    assert {"a": "written"} == run(mail("a"), linked=linked).kinds
    assert records("Task")[0][field] is None


def test_a_status_that_the_org_does_not_have(run: Run, linked: Any) -> None:
    """The setting is checked before the first write; the message lists what there is."""
    with pytest.raises(ConfigError, match=r"no closed status `Done`.*Completed"):
        run(mail("a"), linked=linked, task_status="Done")


def test_no_task_goes_out_before_its_lead_is_acknowledged(
    run: Run, seed: Seed, records: Records
) -> None:
    """The ledger has the lead's acknowledgement before it hears of the lead's e-mail."""
    seed()
    count = 250
    told = run(
        *(one for n in range(count) for one in (create(f"n{n}"), mail(f"m{n}", rid=f"rid-n{n}")))
    )

    places = {(what, name): place for place, (what, name, _) in enumerate(told.events)}
    assert {"written"} == set(told.kinds.values())
    assert all(places["outcome", f"n{n}"] < places["doubt", f"m{n}"] for n in range(count))
    leads = {record["Id"]: record["Outreach_Id__c"] for record in records()}
    assert {f"key-m{n}": f"rid-n{n}" for n in range(count)} == {
        task["Outreach_Id__c"]: leads[task["WhoId"]] for task in records("Task")
    }


def test_an_email_whose_lead_is_not_there_waits(run: Run, seed: Seed) -> None:
    """A refused lead costs its own e-mail the turn, and nobody else theirs."""
    seed()
    told = run(
        create("a", Email="bad"),
        create("b", Email="b@example.com"),
        mail("m", rid="rid-a"),
        mail("n", rid="rid-b"),
    )

    assert {"a": "rejected", "b": "written", "m": "held", "n": "written"} == told.kinds
    assert "m" not in told.doubted
