"""Days of a campaign as they are lived, and which plans may remember what they saw."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from core.tests.effect_worlds import DAY, Sheet, at, contact, linked, minutes, shows
from core.tests.planning_worlds import RULES, SNAPSHOT, first_sync, given, plan, rid, row
from outreach_core.model import (
    Happening,
    HappeningKind,
    Problem,
    SheetRow,
    Side,
    SideState,
    SideStatus,
)
from outreach_core.model.planning import Approval, PlanStatus

EMAIL, REPLY, POSITIVE = HappeningKind.EMAIL, HappeningKind.REPLY, HappeningKind.POSITIVE
YES = "Yes, please call me."

# -- days as they are lived


def test_sent_was_seen_and_its_date_cleared_by_the_answer():
    """The outreach system clears Date Sent when somebody answers; the e-mail was still sent, then."""
    sheet = Sheet()
    sheet.read(at(0), shows("Approved"))
    sheet.read(at(2), shows("Sent", at(1)))
    sheet.read(at(4), shows("Replied", answered=at(3), text=YES))

    assert ([at(1)], [at(3)]) == (sheet.emails(), sheet.replies())
    assert [False] == [h.estimated for h in sheet.of(EMAIL)]


def test_approved_again_and_sent_again_is_a_second_email():
    """A row can be written to any number of times, whether or not the Sent between was seen."""
    sheet = Sheet()
    sheet.read(at(0), shows("Sent", at(-1)))
    sheet.read(at(1), shows("Replied", answered=minutes(30)))
    sheet.read(at(2), shows("Approved", answered=minutes(30)))
    sheet.read(at(3), shows("Sent", at(2.5), answered=minutes(30)))
    sheet.read(at(4), shows("Approved", at(2.5), answered=minutes(30)))
    sheet.read(at(6), shows("Replied", answered=at(5.5)))

    assert [at(-1), at(2.5), at(4)] == sheet.emails()
    assert [minutes(30), at(5.5)] == sheet.replies()
    assert [1, 3] == [h.follows for h in sheet.of(REPLY)]


def test_an_answer_from_before_the_email_is_an_answer():
    """The reply tracker looks for a sender, whatever the date; nothing assumes an order."""
    sheet = Sheet()
    sheet.read(at(0), shows("Sent", at(-1)))
    sheet.read(at(1), shows("Replied", answered=at(-700)))

    assert ([at(-1)], [at(-700)]) == (sheet.emails(), sheet.replies())


@pytest.mark.parametrize("status", ["", "Archived", "Interested", "Paused by me"])
def test_only_draft_and_approved_make_a_row_ready_to_be_sent_again(status: str):
    """A Status cleared, mistyped or archived, and typed back, is no second e-mail."""
    sheet = Sheet()
    sheet.read(at(0), shows("Sent", at(-1)))
    sheet.read(at(1), shows("Replied", answered=at(0.5)))
    sheet.read(at(2), shows(status, answered=at(0.5)))
    sheet.read(at(3), shows("Replied", answered=at(0.5)))

    assert [at(-1)] == sheet.emails()


def test_a_status_that_cannot_be_read_proves_nothing():
    """A formula that fails for a while neither sends an e-mail nor makes a row ready for one."""
    trouble = {"status": Problem("formula_error", "status", "A formula error.")}
    broken = shows("Draft", problems=trouble)
    del broken.fields["status"]  # type: ignore[attr-defined]
    sheet = Sheet()
    sheet.read(at(0), shows("Sent", at(-1)))
    sheet.read(at(1), shows("Replied"))
    sheet.read(at(2), broken)
    sheet.read(at(3), shows("Replied"))

    assert [at(-1)] == sheet.emails()
    assert {} == sheet.watches


def test_a_read_in_which_the_status_failed_bounds_nothing():
    """Whether the row was sent by then is not known."""
    broken = shows("Draft", problems={"status": Problem("formula_error", "status", "An error.")})
    sheet = Sheet()
    sheet.read(at(0), shows("Draft"))
    sheet.read(at(1), broken)
    sheet.read(at(2), shows("Replied"))

    assert [at(0)] == [email.after for email in sheet.of(EMAIL)]


def test_an_unmapped_status_is_read_from_the_outreach_systems_own_cells():
    """Rules that carry no Status still log e-mails."""
    shown = shows("Replied", answered=at(-1))
    del shown.fields["status"]  # type: ignore[attr-defined]
    sheet = Sheet()
    sheet.read(at(0), shown)

    assert (1, 1) == (len(sheet.emails()), len(sheet.replies()))


@pytest.mark.parametrize(
    ("status", "sentiment", "decided", "expected"),
    [
        ("Replied", "positive", False, True),
        ("Replied", "positive", True, True),
        ("Replied", "negative", True, False),
        ("Replied", "neutral", False, False),
        ("Replied", "out_of_office", False, False),
        ("Replied", "unsure", False, False),
        ("Interested", "positive", False, False),
        ("Interested", "positive", True, True),
        ("Sent", "positive", False, False),
        ("Sent", "positive", True, True),
        ("Approved", "positive", False, False),
        ("Auto-Reply", "positive", False, False),
        ("AUTO-REPLY", "positive", False, False),
        ("Auto-Reply", "positive", True, True),
        ("Auto-Reply", "unsure", True, False),
    ],
)
def test_what_is_a_positive_answer(status: str, sentiment: str, decided: bool, expected: bool):
    """A machine's answer is none, nor one of unknown origin, unless the Sentiment column says so."""
    sheet = Sheet()
    sheet.read(at(0), shows(status, at(-2), at(-1), YES, sentiment, decided=decided))

    assert expected is sheet.positive()


@pytest.mark.parametrize("later", ["Approved", "Draft", "Sent", "Interested", "Bounced"])
def test_a_machines_answer_stays_one_whatever_the_status_is_later(later: str):
    """A row sent again still shows the old answer; that does not make a person of the machine."""
    sheet = Sheet()
    sheet.read(at(0), shows("Auto-Reply", at(-2), at(-1), YES, "positive"))
    sheet.read(at(1), shows(later, at(-2), at(-1), YES, "positive"))

    assert not sheet.positive()


def test_an_answer_first_seen_after_another_send_waits_for_a_word():
    """Whether Replied or Auto-Reply stood there is not known; if Replied comes back, it was a person."""
    sheet = Sheet()
    sheet.read(at(0), shows("Sent", at(-2), at(-3), YES, "positive"))
    assert not sheet.positive()
    sheet.read(at(1), shows("Replied", None, at(-3), YES, "positive"))

    assert sheet.positive()


@pytest.mark.parametrize(
    "later",
    [
        shows("Auto-Reply", None, at(-1), "No.", "positive"),
        shows("Sent", at(0.5), minutes(-55), YES, "positive"),
    ],
    ids=["called a machine's", "another text"],
)
def test_a_persons_no_lends_its_name_to_no_other_text(later: SheetRow):
    """A yes that is shown later is a person's only if the outreach system says so of it."""
    sheet = Sheet()
    sheet.read(at(0), shows("Replied", None, at(-1), "No.", "negative"))
    sheet.read(at(1), later)

    assert not sheet.positive()


def test_rules_that_are_taught_later_judge_a_persons_answer_again():
    """The text is the one that was read under Replied, whatever the Status is now."""
    sheet = Sheet()
    sheet.read(at(0), shows("Replied", None, at(-1), YES, "unsure"))
    sheet.read(at(1), shows("Interested", None, at(-1), YES, "positive"))

    assert sheet.positive()


def test_a_person_says_that_a_machines_answer_was_a_persons():
    """Replied typed over Auto-Reply: the same answer, and now it counts."""
    sheet = Sheet()
    sheet.read(at(0), shows("Auto-Reply", at(-2), at(-1), YES, "positive"))
    sheet.read(at(1), shows("Replied", at(-2), at(-1), YES, "positive"))

    assert [(1, at(-1), "replied")] == [(h.n, h.at, h.status) for h in sheet.of(REPLY)]
    assert sheet.positive()


def test_a_sentiment_typed_later_counts_from_then():
    """The answer is known for a day before a person says what it means."""
    sheet = Sheet()
    sheet.read(at(0), shows("Replied", at(-2), at(-1), "Hm."))
    (first,) = sheet.read(at(24), shows("Replied", at(-2), at(-1), "Hm.", "positive", decided=True))

    assert (POSITIVE, 1, at(-1)) == (first.kind, first.n, first.at)


def test_an_answer_in_the_planned_form_is_one():
    """TRUE and a date give a time and no text; Sentiment and a snippet come with it, or later."""
    sheet = Sheet()
    sheet.read(at(0), shows("Replied", None, at(-1)))
    sheet.read(at(1), shows("Replied", None, at(-1), "Yes", "positive", decided=True))

    assert ([at(-1)], [""]) == (sheet.replies(), [h.body for h in sheet.of(REPLY)])
    assert sheet.positive()


def test_a_positive_answer_is_positive_once_and_for_good():
    """A later no, another yes and another e-mail add no second one and take none back."""
    sheet = Sheet()
    sheet.read(at(0), shows("Replied", at(-2), at(-1), YES, "positive"))
    sheet.read(at(1), shows("Replied", at(-2), at(-1), YES, "negative", decided=True))
    sheet.read(at(2), shows("Approved", answered=at(-1), text=YES))
    sheet.read(at(5), shows("Replied", answered=at(4), text=YES, sentiment="positive"))

    assert (2, 1) == (len(sheet.replies()), len(sheet.of(POSITIVE)))


def test_a_yes_without_an_answer_is_none():
    """A Sentiment beside a Status that we carried there ourselves has no answer to be about."""
    sheet = Sheet()
    sheet.read(at(0), shows("Draft"))
    sheet.carried("Replied")
    sheet.read(at(1), shows("Replied", sentiment="positive", decided=True))

    assert {} == sheet.happenings


# -- rows and reads


def test_sorted_rows_keep_what_happened_to_them():
    """A row number is no identity: two rows that change places are no news."""
    first, second = shows("Sent", at(-1)), shows("Replied", at(-4), at(-3), number=2)
    sheet = Sheet()
    sheet.read(at(0), first, second)

    assert [] == sheet.read(at(1), replace(second, row=2), replace(first, row=3))
    assert ([at(-1)], [at(-4)]) == (sheet.emails(1), sheet.emails(2))


def test_a_copied_row_has_not_lived_what_it_shows():
    """The copy gets an id of its own; the e-mail, the answer and the yes are those of the original."""
    original = shows("Replied", at(-2), at(-1), YES, "positive")
    copied = replace(original, row=9)
    sheet = Sheet()
    sheet.read(at(0), original)
    sheet.read(at(1), original, copied)
    sheet.read(at(2), original, replace(copied, sync_id=rid(900)))

    assert (1, 1, True) == (len(sheet.emails()), len(sheet.replies()), sheet.positive())
    assert {"copied"} == {h.status for h in sheet.happenings.values() if h.rid == rid(900)}
    assert not sheet.positive(900)


def test_a_copied_row_that_is_sent_has_its_own_email():
    """Copied as a pattern for another business, approved, sent and answered: that is its own."""
    original = shows("Sent", at(-2))
    mine = {"sync_id": rid(900), "row": 9}
    sheet = Sheet()
    sheet.read(at(0), original)
    sheet.read(at(1), original, replace(original, row=9))
    sheet.read(at(2), original, replace(shows("Approved", at(-2)), **mine))
    sheet.read(at(3), original, replace(shows("Sent", at(2.5)), **mine))
    sheet.read(at(5), original, replace(shows("Replied", answered=at(4), text=YES), **mine))

    own = [h for h in sheet.happenings.values() if h.rid == rid(900) and h.status != "copied"]
    assert [(EMAIL, at(2.5)), (REPLY, at(4))] == [(h.kind, h.at) for h in own]


def test_reading_the_same_cells_again_proves_nothing_new():
    """However often and late, and with nothing remembered but what was told."""
    sheet = Sheet()
    cells = shows("Replied", answered=at(-1), text=YES, sentiment="positive")
    first = sheet.read(at(0), cells)

    assert [EMAIL, REPLY, POSITIVE] == [h.kind for h in first]
    assert [[], [], []] == [sheet.read(at(hours), cells) for hours in (0, 1, 1000)]


def test_a_paused_row_is_watched_all_the_same():
    """What happens to it is told when the tick is taken out."""
    sheet = Sheet()
    sheet.read(at(0), shows("Sent", at(-1), paused=True))

    assert [at(-1)] == sheet.emails()


def test_a_row_without_id_is_known_by_the_one_it_gets():
    """The id that is minted for it is the one its happenings are kept under."""
    sheet = Sheet()
    sheet.read(at(0), replace(shows("Sent", at(-1)), sync_id=None))

    assert {rid(900)} == {h.rid for h in sheet.happenings.values()}


# -- which plans may keep what they found


def kept(made) -> tuple[list[HappeningKind], int]:
    """Return what a plan keeps: the kinds of happenings, and how many watches."""
    return [h.kind for h in made.happenings], len(made.watches)


ANSWERED = shows("Replied", at(-2), at(-1), YES, "positive")


def test_a_plan_that_waits_keeps_observations_and_no_verdict():
    """Dates are cleared before anybody approves; what a reply means is judged again by then."""
    made = plan(first_sync([ANSWERED], records=[contact(1)]))

    assert PlanStatus.WAITING is made.status
    assert ([EMAIL, REPLY], 0) == kept(made)


@pytest.mark.parametrize("seen", [ANSWERED, shows("Draft")], ids=["answered", "draft"])
def test_another_spreadsheet_teaches_nothing(seen):
    """What people do in a copy of the spreadsheet did not happen in this campaign."""
    copy = given([seen], [contact(1)], [linked(1)], spreadsheet_id="the original", gid=0)

    assert PlanStatus.BLOCKED is plan(copy).status
    assert ([], 0) == kept(plan(copy))


def test_changed_rules_teach_nothing_before_they_are_approved():
    """A wrong column in changed rules leaves no e-mail behind when they are put right again."""
    rules = replace(RULES, written={Side.HUBSPOT: frozenset(("last_subject",))}, fingerprint="new")
    world = given([ANSWERED, shows("Draft", number=2)], [contact(1)], [linked(1)])
    stopped = plan(world, rules)
    approved = replace(world, approval=Approval("p", frozenset(stopped.guarded)))

    assert ["mapping_changed"] == [trip.guard for trip in stopped.guards]
    assert ([], 0) == kept(stopped)
    assert ([EMAIL, REPLY, POSITIVE], 1) == kept(plan(approved, rules)) == kept(plan(world))


def test_a_sheet_that_was_not_read_proves_nothing():
    """Neither without a snapshot nor while the sheet cannot be used."""
    down = {Side.SHEET: SideStatus(Side.SHEET, SideState.UNREACHABLE, "sheet", "Down.")}

    for world in (given([ANSWERED], snapshot=None), given([ANSWERED], statuses=down)):
        assert ([], 0) == kept(plan(world))


# -- laws


def test_numbers_are_consecutive_and_times_never_run_backwards_unnoticed():
    """Over a long campaign every send has its own number, in the order in which they were proved."""
    sheet = Sheet()
    for day in range(20):
        morning = at(24 * day)
        sheet.read(morning, shows("Approved"))
        sheet.read(morning + timedelta(hours=2), shows("Sent", morning + timedelta(hours=1)))

    emails: list[Happening] = sheet.of(EMAIL)
    times: list[datetime] = [h.at for h in emails]
    assert list(range(1, 21)) == [h.n for h in emails]
    assert all(earlier < later for earlier, later in pairwise(times))


def test_the_watch_of_a_row_is_kept_only_when_it_changes():
    """A quiet read of a sent row writes nothing into the ledger."""
    sheet = Sheet()
    sheet.read(at(0), shows("Draft"))
    sheet.read(at(1), shows("Sent", at(0.5)))
    sheet.read(at(2), shows("Sent", at(0.5)))

    assert sheet.last is not None
    assert () == sheet.last.watches


def test_a_watched_row_keeps_its_last_unsent_read():
    """The bound of an estimate is the newest read in which the row was still not sent."""
    made = plan(given([row(1)], [contact(1)], [linked(1)], snapshot=replace(SNAPSHOT, read_at=DAY)))

    assert [(rid(1), DAY, False)] == [(w.rid, w.unsent_at, w.armed) for w in made.watches]
