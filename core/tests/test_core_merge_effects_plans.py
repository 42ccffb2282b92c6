"""What a plan says of what happened, what its rows ask, and what a preview or a guard holds back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.tests.effect_worlds import (
    EFFECTS,
    TOLD,
    at,
    effect,
    effects_of,
    happened,
    knowing,
    shows,
    told,
)
from core.tests.planning_worlds import (
    absent,
    contact,
    first_sync,
    given,
    linked,
    plan,
    rid,
    row,
    verdict,
)
from outreach_core.model import (
    EffectKind,
    Happening,
    HappeningKind,
    Side,
)
from outreach_core.model.planning import (
    Approval,
    Bucket,
    KnownRow,
    Link,
    PlanStatus,
    RowState,
)

EMAIL, REPLY, POSITIVE = HappeningKind.EMAIL, HappeningKind.REPLY, HappeningKind.POSITIVE
ALL = (happened(EMAIL), happened(REPLY), happened(POSITIVE))
ANSWERED = shows("Replied", at(), at(), "Yes.", "positive")


# -- what is said


def payload(known: Happening) -> dict:
    """What is told of a happening."""
    (only,) = effects_of(plan(knowing(known, row=shows("Archived")), TOLD))
    return dict(only.payload)


def test_an_email_says_when_what_and_to_whom():
    """In UTC and to the second, with the row's own words."""
    odd = at(1, milliseconds=1500).astimezone()

    assert {
        "kind": "email",
        "n": 1,
        "email": "b1@example.com",
        "name": None,
        "host": None,
        "at": "2026-11-20T10:00:01Z",
        "direction": "outgoing",
        "status": "sent",
        "subject": "Hello",
        "body": "Dear all",
        "between": None,
    } == payload(happened(at=odd))


def test_a_bounce_an_answer_and_an_estimate_say_so():
    """The three ways in which an e-mail is not plainly sent."""
    guess = happened(after=at(-2), before=at(3), estimated=True)

    assert "bounced" == payload(happened(status="bounced"))["status"]
    assert ("incoming", "sent") == tuple(
        payload(happened(REPLY, status="replied"))[name] for name in ("direction", "status")
    )
    assert ["2026-11-20T07:00:00Z", "2026-11-20T12:00:00Z"] == payload(guess)["between"]
    assert [None, "2026-11-20T12:00:00Z"] == payload(replace(guess, after=None))["between"]
    assert payload(replace(guess, estimated=False))["between"] is None


@pytest.mark.parametrize(
    ("pattern", "values", "expected"),
    [
        ("{business_name}", {"business_name": " Sample\nCafe "}, "Sample Cafe"),
        ("{business_name}", {}, "b1@example.com"),
        ("{contact_person} / {campaign}", {"contact_person": "Sam"}, "Sam / Dentists"),
        ("{contact_person}", {}, "Outreach"),
    ],
)
def test_a_deal_has_a_name(pattern: str, values: dict, expected: str):
    """By the pattern of the rule file; never empty."""
    effects = replace(EFFECTS, deal_name=pattern, close_in_days=7)
    rules = replace(TOLD, effects={Side.HUBSPOT: effects}, campaign="Dentists")
    shown = shows("Archived", values=values)
    (deal,) = effects_of(plan(knowing(happened(POSITIVE), row=shown), rules))

    assert (expected, "2026-11-27T09:00:00Z") == (deal.payload["name"], deal.payload["close_at"])


def test_a_campaign_without_a_name_is_its_tab():
    """The name of the tab stands in."""
    rules = replace(TOLD, effects={Side.HUBSPOT: replace(EFFECTS, deal_name="{campaign}")})
    (deal,) = effects_of(plan(knowing(happened(POSITIVE), row=shows("Archived")), rules))

    assert "T" == deal.payload["name"]


QUESTION = "Is the answer positive? Type POSITIVE or NEGATIVE into the column Sentiment."
NOTES = {
    "unsure": (shows("Replied", at(), at(), "Hm.", "unsure"), QUESTION),
    "a yes that may be a machine's": (shows("Sent", at(1), at(), "Yes.", "positive"), QUESTION),
    "a machine's": (shows("Auto-Reply", at(), at(), "Hm.", "unsure"), ""),
    "negative": (shows("Replied", at(), at(), "No.", "negative"), ""),
    "decided": (shows("Replied", at(), at(), "Hm.", "neutral", decided=True), ""),
    "positive": (shows("Replied", at(), at(), "Yes.", "positive"), ""),
    "no answer": (shows("Sent", at()), ""),
}


@pytest.mark.parametrize(("shown", "expected"), NOTES.values(), ids=NOTES)
def test_a_row_asks_where_an_answer_is_not_clear(shown, expected: str):
    """Whatever is not surely positive is not, and says so where a person can settle it."""
    assert expected == verdict(plan(knowing(row=shown), TOLD), 1).note


@pytest.mark.parametrize("deals", [True, False])
def test_a_yes_taken_back_leaves_the_deal(deals: bool):
    """Nothing is undone; the row says so, where there is a deal."""
    taken_back = shows("Replied", at(), at(), "Yes.", "negative", decided=True)
    objects = {EffectKind.DEAL: "deals"} if deals else {}
    rules = replace(TOLD, effects={Side.HUBSPOT: replace(EFFECTS, objects=objects)})
    done = (effect(EffectKind.DEAL),) if deals else ()
    made = plan(knowing(*ALL, row=taken_back, effects=done), rules)

    assert [] == told(made)
    assert deals is verdict(made, 1).note.startswith("The answer is not called positive any more")


def test_a_row_is_told_of_wherever_it_stands():
    """Sorting the tab changes neither the plan nor its hash."""
    first = knowing(*ALL, row=ANSWERED)
    moved = replace(first, rows=(replace(ANSWERED, row=77),))

    assert plan(first, TOLD).hash == plan(moved, TOLD).hash


def test_a_hash_is_the_same_whatever_ids_are_minted():
    """What is told of a new row does not depend on the id it gets; what is said does."""
    world = given([replace(shows("Sent", at()), sync_id=None)], lookups=absent(1))
    later = replace(world, rows=(replace(shows("Sent", at(1)), sync_id=None),))

    assert plan(world, TOLD).hash == plan(world, TOLD, minted=950).hash
    assert plan(world, TOLD).hash != plan(later, TOLD).hash


# -- previews and guards


def test_a_preview_shows_what_will_be_told():
    """The first plan names each e-mail, answer and deal, and tells nothing."""
    made = plan(first_sync([ANSWERED], records=[contact(1)], known_rows={}), TOLD)

    assert PlanStatus.WAITING is made.status
    assert {
        f"{rid(1)}:deal:hubspot:1",
        f"{rid(1)}:link:hubspot",
    } <= set(made.guarded)


def approved(world, rules=TOLD):
    """The same world after its preview was approved; its row ids were made here."""
    known = {r.sync_id: KnownRow(r.sync_id, True, True, 1, minted=True) for r in world.rows}
    world = replace(world, known_rows=known)
    return replace(world, approval=Approval("p", frozenset(plan(world, rules).guarded)))


def test_an_approved_preview_tells_what_was_shown_and_holds_the_rest():
    """An answer that came after the preview is told with the next run."""
    shown = approved(first_sync([shows("Sent", at())], records=[contact(1)]))
    later = replace(shown, rows=(shows("Replied", at(), at(1), "Yes.", "positive"),))

    assert [("email", 1)] == told(plan(shown, TOLD))
    made = plan(later, TOLD)
    assert (PlanStatus.DELIVERABLE, [("email", 1)]) == (made.status, told(made))
    assert [EMAIL, REPLY, POSITIVE] == [h.kind for h in made.happenings]


def test_an_approved_preview_tells_nothing_of_a_row_that_it_holds():
    """A contact that somebody made after the preview is not linked yet, so nothing is told of it."""
    shown = approved(first_sync([shows("Sent", at())], lookups=absent(1)))
    made = plan(
        replace(
            shown, records={(Side.HUBSPOT, "contacts", "101"): replace(contact(1), external_id="x")}
        ),
        TOLD,
    )

    assert ([], [], (Bucket.HELD, RowState.WAITING)) == (
        told(made),
        list(made.links),
        (verdict(made, 1).bucket, verdict(made, 1).state),
    )


def test_an_approval_of_a_guard_covers_what_is_told():
    """One more answer than was shown is one more than was approved."""
    rules = replace(TOLD, fingerprint="rules-2")
    world = knowing(happened())
    stopped = plan(world, rules)
    yes = replace(world, approval=Approval("p", frozenset(stopped.guarded)))

    assert ("mapping_changed", f"{rid(1)}:email:hubspot:1") == (
        stopped.guards[0].guard,
        *(item for item in stopped.guarded if ":email:" in item),
    )
    assert PlanStatus.DELIVERABLE is plan(yes, rules).status
    more = replace(yes, happenings=(happened(), happened(n=2, at=at(9))))
    assert PlanStatus.WAITING is plan(more, rules).status


def test_two_crms_are_told_each_for_itself():
    """One of them being told already, or refusing, costs the other nothing."""
    both = {
        Side.HUBSPOT: EFFECTS,
        Side.SALESFORCE: replace(
            EFFECTS,
            objects={EffectKind.EMAIL: "tasks", EffectKind.DEAL: "opportunities"},
            keyed=frozenset((EffectKind.EMAIL, EffectKind.DEAL)),
        ),
    }
    rules = replace(
        TOLD,
        effects=both,
        crm_sides=(Side.HUBSPOT, Side.SALESFORCE),
        objects={Side.HUBSPOT: "contacts", Side.SALESFORCE: "leads"},
    )
    lead = replace(contact(1, "900"), side=Side.SALESFORCE, object="leads")
    links = [linked(1), Link(rid(1), Side.SALESFORCE, "leads", "900")]
    done = (effect(), effect(EffectKind.REPLY), effect(EffectKind.DEAL, state="open"))
    world = knowing(*ALL, records=[contact(1), lead], links=links, effects=done, row=ANSWERED)

    assert [
        (Side.HUBSPOT, "deals"),
        (Side.SALESFORCE, "tasks"),
        (Side.SALESFORCE, "opportunities"),
    ] == [(i.side, i.object) for i in effects_of(plan(world, rules))]


def test_a_quiet_row_says_nothing():
    """A draft tells nobody of anything."""
    assert ((), {"emails": 0}) == (
        (made := plan(given([row(1)], [contact(1)], [linked(1)]), TOLD)).intents,
        {"emails": made.summary["emails"]},
    )


def test_a_deal_is_closed_after_the_days_of_the_rules():
    """Counted from the answer, not from the run."""
    late = happened(POSITIVE, at=at(48))
    (deal,) = effects_of(plan(knowing(late, row=shows("Archived")), TOLD))

    assert "2026-12-22T09:00:00Z" == deal.payload["close_at"]
