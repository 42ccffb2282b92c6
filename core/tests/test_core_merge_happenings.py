"""What cells prove to have happened: the numbered cases of ``happenings.py`` and their borders."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.tests.effect_worlds import (
    Sheet,
    at,
    minutes,
    shows,
)
from outreach_core.model import HappeningKind

EMAIL, REPLY, POSITIVE = HappeningKind.EMAIL, HappeningKind.REPLY, HappeningKind.POSITIVE
YES = "Yes, please call me."

# case: what the row shows from read to read (an hour apart, the first at nine), and the e-mails known then
EMAIL_CASES = {
    "1 nothing": ([shows("Draft")], []),
    "1 approved, not sent": ([shows("Approved")], []),
    "1 a word of a person's": ([shows("Interested")], []),
    "2 a date": ([shows("Sent", at(-1))], [at(-1)]),
    "2 a date under any Status": ([shows("Interested", at(-1))], [at(-1)]),
    "2 a date beside a reply": ([shows("Replied", at(-2), at(-1))], [at(-2)]),
    "3 the same date": ([shows("Sent", at(-1)), shows("Sent", at(-1))], [at(-1)]),
    "3 the same date after toggling Status": (
        [shows("Sent", at(-1)), shows("Draft", at(-1)), shows("Sent", at(-1))],
        [at(-1)],
    ),
    "4 armed, minutes later": (
        [shows("Sent", minutes(-1)), shows("Approved", minutes(-1)), shows("Sent", minutes(6))],
        [minutes(-1), minutes(6)],
    ),
    "4 armed, the last date was wrongly in the future": (
        [shows("Sent", at(500)), shows("Approved", at(500)), shows("Sent", at(1.5))],
        [at(500), at(1.5)],
    ),
    "5 not armed, ten minutes later": (
        [shows("Sent", minutes(-30)), shows("Sent", minutes(-20))],
        [minutes(-30)],
    ),
    "5 not armed, eleven minutes later": (
        [shows("Sent", minutes(-30)), shows("Sent", minutes(-19))],
        [minutes(-30), minutes(-19)],
    ),
    "5 not armed, earlier": ([shows("Sent", at(-1)), shows("Sent", at(-3))], [at(-1)]),
    "6 learned within the bounds": (
        [shows("Draft"), shows("Replied"), shows("Replied", minutes(30))],
        [minutes(30)],
    ),
    "6 learned without a lower bound": (
        [shows("Replied"), shows("Replied", at(-300))],
        [at(-300)],
    ),
    "6 learned, to the second of the estimate": (
        [shows("Draft"), shows("Replied"), shows("Replied", at(0)), shows("Sent", at(0))],
        [at(0)],
    ),
    "6 as late as the clocks may differ": (
        [shows("Draft"), shows("Replied"), shows("Sent", minutes(70))],
        [minutes(70)],
    ),
    "6 else 5": (
        [shows("Draft"), shows("Replied"), shows("Sent", minutes(71))],
        [at(0), minutes(71)],
    ),
    "6 learned, then corrected within the bounds": (
        [
            shows("Draft"),
            shows("Replied"),
            shows("Replied", minutes(10)),
            shows("Replied", minutes(40)),
        ],
        [minutes(10)],
    ),
    "6 before the bounds": (
        [shows("Draft"), shows("Replied"), shows("Replied", minutes(-11))],
        [at(0)],
    ),
    "6 as early as the clocks may differ": (
        [shows("Draft"), shows("Replied"), shows("Replied", minutes(-10))],
        [minutes(-10)],
    ),
    "7 sent, no date": ([shows("Draft"), shows("Sent")], [at(0)]),
    "7 bounced, no date": ([shows("Draft"), shows("Bounced")], [at(0)]),
    "7 auto-reply, no date": ([shows("Draft"), shows("Auto-Reply")], [at(0)]),
    "7 capitals and blanks do not count": ([shows("Draft"), shows(" REPLIED ")], [at(0)]),
    "7 armed": (
        [shows("Sent", at(-1)), shows("Approved", at(-1)), shows("Replied")],
        [at(-1), at(1)],
    ),
    "8 the same e-mail": ([shows("Sent", at(-1)), shows("Replied")], [at(-1)]),
    "8 armed once, sent once": (
        [shows("Sent", at(-1)), shows("Draft"), shows("Replied"), shows("Replied")],
        [at(-1), at(1)],
    ),
}


@pytest.mark.parametrize(("reads", "expected"), EMAIL_CASES.values(), ids=EMAIL_CASES)
def test_cases_of_an_email(reads, expected):
    """Each case of the table, and its borders to the next."""
    sheet = Sheet()
    for hour, shown in enumerate(reads):
        sheet.read(at(hour), shown)

    assert expected == sheet.emails()
    assert list(range(1, len(expected) + 1)) == [h.n for h in sheet.of(EMAIL)]


REPLY_CASES = {
    "0 nothing": ([shows("Sent", at(-1))], []),
    "1 a time": ([shows("Replied", answered=at(-1))], [at(-1)]),
    "1 a time under any Status": ([shows("Interested", at(-2), at(-1))], [at(-1)]),
    "2 eleven minutes later": (
        [shows("Replied", answered=minutes(-30)), shows("Replied", answered=minutes(-19))],
        [minutes(-30), minutes(-19)],
    ),
    "2 a person's answer minutes after a machine's": (
        [shows("Auto-Reply", answered=minutes(-9)), shows("Replied", answered=minutes(-4))],
        [minutes(-9), minutes(-4)],
    ),
    "3 learned": ([shows("Replied"), shows("Replied", answered=at(-9))], [at(-9)]),
    "3 later than it can have been": (
        [shows("Replied"), shows("Replied", answered=minutes(11))],
        [at(0), minutes(11)],
    ),
    "4 no time": ([shows("Replied")], [at(0)]),
    "4 no time and no word, but a text": ([shows("Interested", text=YES)], [at(0)]),
    "4 another e-mail since": (
        [shows("Replied"), shows("Approved"), shows("Replied")],
        [at(0), at(2)],
    ),
    "5 the text of old, after another e-mail": (
        [shows("Replied", text=YES), shows("Approved", text=YES), shows("Sent", at(1.5), text=YES)],
        [at(0)],
    ),
    "5 ten minutes later": (
        [shows("Replied", answered=minutes(-30)), shows("Replied", answered=minutes(-20))],
        [minutes(-30)],
    ),
    "5 earlier": ([shows("Replied", answered=at(-1)), shows("Replied", answered=at(-5))], [at(-1)]),
    "5 no time any more": ([shows("Replied", answered=at(-1)), shows("Replied")], [at(-1)]),
    "5 the time of old, after another e-mail": (
        [
            shows("Replied", answered=at(-1)),
            shows("Approved", answered=at(-1)),
            shows("Sent", at(1.5), answered=at(-1)),
        ],
        [at(-1)],
    ),
}


@pytest.mark.parametrize(("reads", "expected"), REPLY_CASES.values(), ids=REPLY_CASES)
def test_cases_of_an_answer(reads, expected):
    """Each case of the table, and its borders to the next."""
    sheet = Sheet()
    for hour, shown in enumerate(reads):
        sheet.read(at(hour), shown)

    assert expected == sheet.replies()


def test_a_quick_second_email_is_not_the_time_of_an_estimated_first():
    """Case 4 comes before 6: seen ready to be sent again, a later date is another e-mail's."""
    sheet = Sheet()
    sheet.read(minutes(-60), shows("Draft"))
    sheet.read(minutes(0), shows("Replied"))
    sheet.read(minutes(2), shows("Approved"))
    sheet.read(minutes(5), shows("Sent", minutes(4)))

    assert [minutes(-60), minutes(4)] == sheet.emails()


def test_an_older_date_shown_again_is_learned_although_the_row_was_armed():
    """Case 6 after 4: a restored version shows the first e-mail's own date."""
    sheet = Sheet()
    sheet.read(minutes(-60), shows("Draft"))
    sheet.read(minutes(0), shows("Replied"))
    sheet.read(minutes(2), shows("Approved"))
    sheet.read(minutes(5), shows("Sent", minutes(-30)))

    assert [minutes(-30)] == sheet.emails()


def test_another_date_beside_draft_is_told_once_the_row_is_sent():
    """A date that changed while a row was ready to go is judged when it says Sent, and only then."""
    sheet = Sheet()
    sheet.read(minutes(0), shows("Sent", minutes(-1)))
    sheet.read(minutes(2), shows("Draft", minutes(1)))

    assert [] == sheet.read(minutes(3), shows("Draft", minutes(1)))
    assert [minutes(1)] == [h.at for h in sheet.read(minutes(4), shows("Sent", minutes(1)))]


PULLED_CASES = {
    "9 proves nothing while it stands": ("Replied", [shows("Replied"), shows("Replied")], 0, 0),
    "9 nor does a word for sent": ("Sent", [shows("Sent")], 0, 0),
    "9 but a date does": ("Replied", [shows("Replied", at(-1))], 1, 0),
    "9 and an answer's time does": ("Replied", [shows("Replied", answered=at(-1))], 0, 1),
    "9 its capitals are a person's": ("Replied", [shows("REPLIED")], 0, 0),
    "9 until it is another word": ("Replied", [shows("Replied"), shows("Sent")], 1, 0),
    "9 even if it comes back": ("Replied", [shows("Draft"), shows("Replied")], 1, 1),
}


@pytest.mark.parametrize(
    ("word", "reads", "emails", "replies"), PULLED_CASES.values(), ids=PULLED_CASES
)
def test_a_status_that_we_carried_there(word, reads, emails, replies):
    """Case 9: what a salesperson set in the CRM does not say that our e-mail went out."""
    sheet = Sheet()
    sheet.read(at(-1), shows("Draft"))
    sheet.carried(word)
    for hour, shown in enumerate(reads):
        sheet.read(at(hour), shown)

    assert (emails, replies) == (len(sheet.emails()), len(sheet.replies()))


def test_a_salespersons_word_does_not_make_a_yes_of_an_answer():
    """Carried over the outreach system's own word, it hides whether a machine answered."""
    sheet = Sheet()
    sheet.read(at(0), shows("Draft"))
    sheet.carried("Replied")
    sheet.read(at(3), shows("Replied", None, at(2), YES, "positive"))
    assert ([at(2)], False) == (sheet.replies(), sheet.positive())
    sheet.read(at(4), shows("Replied", None, at(2), YES, "positive", decided=True))

    assert sheet.positive()


# -- bounds of a time that nobody wrote down


ESTIMATES = {
    "the end of the last read in which it was not sent": (
        [shows("Draft"), shows("Draft"), shows("Replied", answered=minutes(90))],
        (at(1), at(1), minutes(90)),
    ),
    "else a second before the answer": (
        [shows("Replied", answered=at(-5))],
        (at(-5) - timedelta(seconds=1), None, at(-5)),
    ),
    "else a second before the read": (
        [shows("Sent")],
        (at(0) - timedelta(seconds=1), None, at(0)),
    ),
    "an answer from before the e-mail bounds nothing": (
        [shows("Draft"), shows("Replied", answered=at(-800))],
        (at(0), at(0), at(1)),
    ),
    "an answer from the future bounds nothing": (
        [shows("Draft"), shows("Replied", answered=at(300))],
        (at(0), at(0), at(1)),
    ),
}


@pytest.mark.parametrize(("reads", "expected"), ESTIMATES.values(), ids=ESTIMATES)
def test_an_unseen_email_is_dated_between_two_reads(reads, expected):
    """Sent and answered between two reads: one e-mail, its time estimated and said to be so."""
    sheet = Sheet()
    for hour, shown in enumerate(reads):
        sheet.read(at(hour), shown)

    (email,) = sheet.of(EMAIL)
    assert (True, *expected) == (email.estimated, email.at, email.after, email.before)


def test_a_time_that_is_learned_is_the_same_emails():
    """Its text and number stay; it is estimated no more."""
    sheet = Sheet()
    sheet.read(at(0), shows("Draft"))
    sheet.read(at(2), shows("Replied", answered=at(1)))
    (guessed,) = sheet.of(EMAIL)

    (learned,) = sheet.read(at(3), shows("Replied", minutes(50), at(1)))

    assert replace(guessed, at=minutes(50), estimated=False) == learned
    assert [] == sheet.read(at(4), shows("Replied", minutes(50), at(1)))


def test_a_time_that_was_guessed_to_the_second_is_learned_too():
    """The date that appears is the estimate's own; from then on it is no estimate."""
    sheet = Sheet()
    sheet.read(at(0), shows("Draft"))
    sheet.read(at(2), shows("Replied"))
    sheet.read(at(3), shows("Replied", at(0)))

    assert [(at(0), False)] == [(h.at, h.estimated) for h in sheet.of(EMAIL)]


def test_an_answer_without_a_time_came_before_it_was_read():
    """Its bounds are the last read before the e-mail and the one that shows it."""
    sheet = Sheet()
    sheet.read(at(0), shows("Draft"))
    sheet.read(at(2), shows("Replied", text=YES))

    (answer,) = sheet.of(REPLY)
    assert (True, at(2), at(0), at(2)) == (
        answer.estimated,
        answer.at,
        answer.after,
        answer.before,
    )
    assert (YES, "Hello", 1) == (answer.body, answer.subject, answer.follows)
