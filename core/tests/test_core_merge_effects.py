"""Who is told of what, once: the numbered cases of ``effects.py``."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.tests.effect_worlds import (
    EFFECTS,
    TOLD,
    answer,
    at,
    effect,
    effects_of,
    happened,
    in_doubt,
    key,
    knowing,
    listed,
    marked,
    shows,
    told,
)
from core.tests.planning_worlds import (
    absent,
    deleted,
    given,
    linked,
    plan,
    rid,
    verdict,
)
from outreach_core.model import (
    EffectKind,
    HappeningKind,
    IntentKind,
    LinkState,
    Operation,
    RowWatch,
    Side,
    SideState,
    SideStatus,
    event_key,
)
from outreach_core.model.hashing import input_hash, payload_hash
from outreach_core.model.planning import (
    Bucket,
    KnownRow,
    Link,
    Retry,
    RowState,
)

EMAIL, REPLY, POSITIVE = HappeningKind.EMAIL, HappeningKind.REPLY, HappeningKind.POSITIVE
ALL = (happened(EMAIL), happened(REPLY), happened(POSITIVE))
ANSWERED = shows("Replied", at(), at(), "Yes.", "positive")
OLD = {"known_rows": {rid(1): KnownRow(rid(1), confirmed=True, present=True, minted=False)}}
EVERYTHING = [("email", 1), ("reply", 1), ("deal", 1)]


def test_everything_that_happened_is_told_in_the_order_in_which_one_needs_the_other():
    """A linked row's e-mail, its answer and the deal for it, each an intent of its own object."""
    made = plan(knowing(*ALL, row=ANSWERED), TOLD)

    assert EVERYTHING == told(made)
    assert [("emails", "101"), ("emails", "101"), ("deals", "101")] == [
        (i.object, linked(1).record_id) for i in effects_of(made)
    ]
    assert {(Operation.CREATE, None, Side.HUBSPOT)} == {
        (i.operation, i.record_id, i.side) for i in effects_of(made)
    }
    assert [key(EffectKind.EMAIL), key(EffectKind.REPLY), key(EffectKind.DEAL)] == [
        i.event_key for i in effects_of(made)
    ]
    assert {"emails": 1, "replies": 1, "deals": 1, "companies": 0}.items() <= made.summary.items()


def test_keys_never_change():
    """They stand in people's CRMs for years: campaign, row, kind and number, and nothing else."""
    assert "61ea4e2bbeebac146c1f95cbfd7988cd3aaed3c4" == event_key(
        "sheet/0", rid(1), EffectKind.EMAIL, 1
    )
    world = knowing(happened(at=at(5), subject="Another", status="bounced"))
    assert [key()] == [i.event_key for i in effects_of(plan(world, TOLD))]
    assert 4 == len({key(), key(n=2), key(EffectKind.REPLY), key(number=2)})


# -- case 1


def test_what_was_told_is_not_told_again():
    """Case 1: the outbox holds all of it."""
    done = (effect(), effect(EffectKind.REPLY), effect(EffectKind.DEAL))
    made = plan(knowing(*ALL, row=ANSWERED, effects=done), TOLD)

    assert [] == told(made)
    assert Bucket.UNCHANGED is verdict(made, 1).bucket


def test_what_changed_since_it_was_told_stays_as_it_was_told():
    """A time that is learned later is the ledger's knowledge; the CRM is not told a second time."""
    assert [] == told(plan(knowing(happened(at=at(7)), effects=(effect(),)), TOLD))


def test_a_second_email_is_told_beside_the_first():
    """Each number is told on its own."""
    world = knowing(happened(), happened(n=2, at=at(9)), effects=(effect(),))

    assert [("email", 2)] == told(plan(world, TOLD))


# -- case 2


def test_what_is_in_doubt_waits():
    """Case 2: while nobody looked, neither told nor given up; everything else goes on."""
    (first, *_) = effects_of(plan(knowing(*ALL), TOLD))
    made = plan(knowing(*ALL, left_over=(in_doubt(first),)), TOLD)

    assert [("reply", 1), ("deal", 1)] == told(made)
    assert {} == dict(made.settled)


# -- case 3


def refused(**more):
    """The first e-mail, refused as it would be told now."""
    (first,) = effects_of(plan(knowing(happened()), TOLD))
    kept = payload_hash(first.payload, TOLD.fingerprint)
    return effect(state="rejected", input_hash=kept, error_text="Too long. Shorten it.", **more)


def test_a_refused_effect_is_not_repeated():
    """Case 3: it would be refused again; the row says why, and the rest of the row goes on."""
    made = plan(knowing(happened(), happened(REPLY), effects=(refused(),)), TOLD)

    assert [("reply", 1)] == told(made)
    assert (Bucket.FAILED, RowState.ERROR, "Too long. Shorten it.") == (
        verdict(made, 1).bucket,
        verdict(made, 1).state,
        verdict(made, 1).note,
    )


@pytest.mark.parametrize(
    "change",
    [
        {"happened": {"at": at(1)}},
        {"happened": {"subject": "Shorter"}},
        {"happened": {"estimated": True, "before": at(3)}},
        {"row": shows("Bounced", host="other.example.com")},
        {"rules": replace(TOLD, fingerprint="rules-2")},
    ],
    ids=["time", "subject", "estimated", "host", "rules"],
)
def test_a_refused_effect_is_told_again_when_it_changes(change: dict):
    """Case 3: another input may be taken, so it is tried."""
    rules = change.get("rules", TOLD)
    world = knowing(
        happened(**change.get("happened", {})),
        row=change.get("row", shows("Bounced")),
        effects=(refused(),),
        fingerprint=rules.fingerprint,
    )

    assert ("email", 1) in told(plan(world, rules))


def test_an_effect_that_was_held_is_told():
    """What was handed out and came back undone, without doubt, is still to be told."""
    held = effect(state="open")
    refused_before = replace(refused(), state="open")

    for known in (held, refused_before):
        assert [("email", 1)] == told(plan(knowing(happened(), effects=(known,)), TOLD))


# -- cases 4 and 5


def test_a_record_made_in_this_plan_is_told_of_in_this_plan():
    """Case 4: the effects depend on the row id and are handed out after the record is there."""
    shown = replace(shows("Sent", at()), sync_id=None)
    made = plan(given([shown], lookups=absent(1)), TOLD)

    kinds = [i.kind for i in made.intents]
    assert [IntentKind.ROW_ID, IntentKind.RECORD, IntentKind.EFFECT] == kinds
    assert all(i.needs_row_id for i in made.intents[1:])
    assert event_key("sheet/0", rid(900), EffectKind.EMAIL, 1) == made.intents[2].event_key


UNUSABLE = {Side.HUBSPOT: SideStatus(Side.HUBSPOT, SideState.UNREACHABLE, "down", "Down.")}
WAITING = {
    "nobody looked for its record yet": {"records": [], "links": []},
    "paused": {"row": replace(shows("Sent", at()), paused=True)},
    "the CRM is down": {"statuses": UNUSABLE},
    "the record was not read yet": {"records": []},
    "the record was deleted": {"lookups": deleted(1)},
    "kept archived": {"links": [linked(1, LinkState.ARCHIVED)], "lookups": deleted(1)},
}


@pytest.mark.parametrize("more", WAITING.values(), ids=WAITING)
def test_a_row_without_a_record_waits(more: dict):
    """Case 5: nothing is lost, the next plan that has a record tells it."""
    assert [] == told(plan(knowing(*ALL, **more), TOLD))


def test_a_second_row_of_one_person_tells_nothing():
    """The row that is kept in step tells of its own e-mails; the other one has no record."""
    twin = replace(shows("Sent", at(), number=2), fields=shows("Sent").fields)
    pointing = Link(rid(2), Side.HUBSPOT, "contacts", "101", LinkState.DUPLICATE)
    world = replace(
        knowing(happened(), links=[linked(1), pointing]), rows=(shows("Sent", at()), twin)
    )

    assert [rid(1)] == [i.rid for i in effects_of(plan(world, TOLD))]


def test_a_refused_record_takes_nothing_with_it():
    """A contact that the CRM refuses to make gets no e-mails and no company either, run for run."""
    shown = shows("Sent", at(), host="a.example.com", values={"business_name": "Sample"})
    world = knowing(
        happened(),
        row=shown,
        records=[],
        links=[],
        lookups=(*absent(1), answer("host", "a.example.com", obj="companies")),
    )
    create = next(i for i in plan(world, TOLD).intents if i.kind is IntentKind.RECORD)
    kept = input_hash(create.changes, TOLD.fingerprint)
    retry = Retry(rid(1), Side.HUBSPOT, 1, kept, "bad", "Refused. Correct it.")
    made = plan(replace(world, retries=(retry,)), TOLD)

    assert ((), "Refused. Correct it.") == (made.intents, verdict(made, 1).note)
    assert (0, 0, 0) == tuple(made.summary[name] for name in ("new", "emails", "companies"))
    assert not any(":create:" in item or ":email:" in item for item in made.guarded)


@pytest.mark.parametrize("kind", [EffectKind.EMAIL, EffectKind.REPLY, EffectKind.DEAL])
def test_a_kind_that_is_switched_off_is_not_told(kind: EffectKind):
    """The rule file decides what a CRM gets."""
    objects = {k: obj for k, obj in EFFECTS.objects.items() if k is not kind}
    rules = replace(TOLD, effects={Side.HUBSPOT: replace(EFFECTS, objects=objects)})

    assert str(kind) not in {name for name, _ in told(plan(knowing(*ALL), rules))}


# -- case 6


def test_an_older_row_is_asked_about_before_it_is_told_of():
    """Case 6: after a lost ledger nothing is told twice; a deal can be told, the CRM refuses a second."""
    assert [("deal", 1)] == told(plan(knowing(*ALL, row=ANSWERED, **OLD), TOLD))


@pytest.mark.parametrize("known_rows", [{}, OLD["known_rows"]], ids=["unknown", "read, not minted"])
def test_an_older_row_is_told_once_its_emails_were_listed_without_it(known_rows: dict):
    """Case 6: the listing is complete and shows no such e-mail."""
    made = plan(knowing(happened(), known_rows=known_rows, lookups=listed(at(9))), TOLD)

    assert [("email", 1)] == told(made)
    assert [(Side.HUBSPOT,)] == [watch.checked for watch in made.watches]


@pytest.mark.parametrize("by", ["key", "marker"])
def test_an_older_rows_email_that_is_listed_was_told(by: str):
    """Case 6: by our key, or where e-mails can carry none, by direction, second and subject."""
    (first,) = effects_of(plan(knowing(happened()), TOLD))
    found = answer("event", key(), "77") if by == "key" else marked(first.payload, "77")
    made = plan(knowing(happened(), **OLD, lookups=listed(at(9), found)), TOLD)

    assert [] == told(made)
    assert [(key(), "done", "77")] == [(e.event_key, e.state, e.record_id) for e in made.effects]


def test_an_older_rows_answer_is_recognised_as_it_is_logged():
    """The CRM shows the answer under `Re:`; it is the same one."""
    (first,) = effects_of(plan(knowing(happened(REPLY), row=shows("Archived")), TOLD))
    found = marked(first.payload, "78", subject="Re: Hello")

    world = knowing(happened(REPLY), **OLD, row=shows("Archived"), lookups=listed(at(9), found))
    assert [] == told(plan(world, TOLD))


def test_a_row_that_was_asked_about_is_not_asked_about_again():
    """What was listed once is known; later e-mails are this ledger's own."""
    watches = {rid(1): RowWatch(rid(1), checked=(Side.HUBSPOT,))}

    assert [("email", 1)] == told(plan(knowing(happened(), **OLD, watches=watches), TOLD))


def test_another_crms_listing_says_nothing():
    """Each CRM has its own memory."""
    watches = {rid(1): RowWatch(rid(1), checked=(Side.SALESFORCE,))}

    assert [] == told(plan(knowing(happened(), **OLD, watches=watches), TOLD))


def test_an_older_row_whose_record_is_made_now_was_never_told_of():
    """Case 6 ends where there was no record to tell."""
    world = knowing(happened(), **OLD, records=[], links=[], lookups=absent(1))

    assert [("email", 1)] == told(plan(world, TOLD))


def test_a_plan_that_waits_does_not_count_a_row_as_asked_about():
    """What the listing found is kept only with a plan that takes effect, so it is asked again."""
    found = answer("event", key(), "77")
    rules = replace(TOLD, fingerprint="rules-2")
    rows = {"row": replace(shows("Sent", at()), host="a.example.com")}
    known = Link(rid(1), Side.HUBSPOT, "contacts", "101")
    extra = answer("host", "a.example.com", "7", obj="companies")
    world = knowing(
        happened(), **OLD, **rows, links=[known], lookups=(*listed(at(9), found), extra)
    )
    stopped = plan(world, rules)
    more = (*world.rows, shows("Draft", number=2))
    lookups = (*world.lookups, *absent(2))
    preview = replace(world, rows=more, lookups=lookups, first_sync_done=False, fingerprint="")
    first = plan(preview, TOLD)

    assert (["mapping_changed"], ()) == ([g.guard for g in stopped.guards], stopped.watches)
    assert ["first_sync"] == [g.guard for g in first.guards]
    assert {()} == {watch.checked for watch in first.watches}
