"""An outreach system, people and reads at any moment, with the truth beside what the cells show.

The rule: the cells are written as the real system writes them (SHEET.md): a send clears Date Approved, an answer
clears both dates, the answer's time may be any; and a person may do anything with a Status.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from core.tests.effect_worlds import DAY, Sheet, shows
from core.tests.planning_worlds import rid
from outreach_core.model import Happening, HappeningKind, IntentKind, SheetRow

YES = "Yes, please call me."
CLOSE = timedelta(minutes=10)
READY = ("draft", "approved")
SENT = ("sent", "replied", "bounced", "auto-reply")


@dataclass
class Seen:
    """What one read showed of a row, and how many e-mails had truly been sent by then."""

    status: str
    sent: datetime | None
    at: datetime
    sends: int
    carried: bool  # the Status is the one that we carried there


@dataclass
class Business:
    """One row of the tab, and the truth about it.

    Attributes:
        is_twin: A copy that has no id of its own yet.
        before: The Status before a person changed it, with which an undo is done.
        undone: How often a person put a Status back that looks like another send.
        restored: It was put back beside its date, which no read has shown since.
        unanswered: The same, of one that looks like another answer.
        carried: The Status we carried there, as far as reads showed it since.
        is_yes: Somebody said yes, or a person says so.
    """

    row_id: str
    status: str = "Draft"
    sent: datetime | None = None
    answered: datetime | None = None
    text: str = ""
    decided: str = ""
    is_copy: bool = False
    is_twin: bool = False
    before: str | None = None
    sends: list[datetime] = field(default_factory=list)
    answers: list[datetime] = field(default_factory=list)
    undone: int = 0
    restored: bool = False
    unanswered: int = 0
    carried: str = ""
    is_yes: bool = False
    reads: list[Seen] = field(default_factory=list)

    @property
    def word(self) -> str:
        """The Status as it is compared."""
        return self.status.casefold()

    def cells(self, number: int) -> SheetRow:
        """Return the row as it is read."""
        sentiment = self.decided or ("positive" if self.text == YES else "unsure")
        return replace(
            shows(
                self.status,
                self.sent,
                self.answered,
                self.text,
                sentiment,
                decided=bool(self.decided),
            ),
            row=number,
            sync_id=self.row_id,
        )

    def note_read(self, moment: datetime) -> None:
        """Remember what a read showed."""
        self.restored = False
        if self.word != self.carried.casefold():
            self.carried = ""
        self.reads.append(Seen(self.word, self.sent, moment, len(self.sends), bool(self.carried)))

    def least(self) -> int:
        """Return how many e-mails the reads prove, given what was truly sent between them."""
        count, ready_at, sends_then = 0, None, 0
        latest = datetime.min.replace(tzinfo=DAY.tzinfo)
        for seen in self.reads:
            proves = seen.status in SENT and not seen.carried
            again = ready_at is not None and seen.sends > sends_then and seen.status not in READY
            if seen.sent is not None and (
                count == 0
                or seen.sent > latest + CLOSE
                or (again and seen.sent > max(latest, ready_at))
            ):
                count, latest = count + 1, max(latest, seen.sent)
            elif seen.sent is None and proves and (count == 0 or again):
                count, latest = count + 1, seen.at
            if proves:
                ready_at = None
            elif seen.status in READY and count:
                ready_at, sends_then = seen.at, seen.sends
        return count


@dataclass
class World:
    """A tab, a clock, the outreach system and the people around it."""

    now: datetime = DAY
    businesses: list[Business] = field(default_factory=lambda: [Business(rid(1)), Business(rid(2))])
    sheet: Sheet = field(default_factory=Sheet)
    past: dict[tuple[str, HappeningKind, int], Happening] = field(default_factory=dict)
    count: int = 0

    # what the outreach system does

    def send(self, one: Business) -> None:
        """J:L = Sent, blank, now: whatever is approved is sent."""
        if one.word == "approved":
            self.count += 1  # no two rows move by the same whole quarters of an hour
            self.now += timedelta(seconds=self.count)
            one.status, one.sent, one.before = "Sent", self.now, None
            one.sends.append(self.now)

    def answer(self, one: Business, ago: timedelta, *, by_machine: bool, text: str) -> None:
        """J:N = Replied, blank, blank, the time of whatever this sender wrote, the text."""
        if one.word in ("sent", "auto-reply"):
            one.undone += one.restored
            one.status, one.sent = "Auto-Reply" if by_machine else "Replied", None
            one.restored = False
            one.answered, one.text, one.before = self.now - ago, text, None
            one.answers.append(one.answered)
            one.is_yes |= text == YES and not by_machine

    def bounce(self, one: Business) -> None:
        """The e-mail came back."""
        if one.word == "sent":
            one.status = "Bounced"

    # what people do

    def set_status(self, one: Business, status: str) -> None:
        """Type a Status over another."""
        if one.before is None:
            one.before = one.status
        one.status = status

    def undo(self, one: Business) -> None:
        """Put the Status back; without a date beside it, that looks like another send or answer."""
        if one.before is None:
            return
        word = one.before.casefold()
        one.undone += word in SENT and one.sent is None
        one.restored = word in SENT and one.sent is not None
        one.unanswered += word in ("replied", "auto-reply") and one.answered is None
        one.status, one.before = one.before, None

    def correct(self, one: Business) -> None:
        """Say that an answer was a person's after all."""
        if one.word == "auto-reply":
            one.status = "Replied"
            one.is_yes |= one.text == YES

    def decide(self, one: Business, sentiment: str) -> None:
        """Type a Sentiment."""
        one.decided = sentiment
        one.is_yes |= sentiment == "positive"

    def copy(self, one: Business) -> None:
        """Copy a row to the end of the tab, its id too; nothing else is done before it has its own."""
        cells = {"status": one.status, "sent": one.sent, "answered": one.answered}
        texts = {"text": one.text, "decided": one.decided}
        self.businesses.append(Business(one.row_id, **cells, **texts, is_copy=True, is_twin=True))
        self.businesses[-1].is_yes = one.decided == "positive"

    # what we do

    def carry(self, one: Business) -> None:
        """Carry a salesperson's word into the Status cell, after a read of the row."""
        if one.reads and one.word in ("draft", "approved", "sent"):
            one.status, one.before, one.carried = "Replied", None, "Replied"
            self.sheet.carried("Replied", one.row_id)

    def read(self, *, ids_land: bool = True) -> list[Happening]:
        """Read the tab and plan; the ids of copies are written, unless the run is killed before."""
        self.past = dict(self.sheet.happenings)
        self._keep_topmost()
        rows = [one.cells(number) for number, one in enumerate(self.businesses, 2)]
        news = self.sheet.read(self.now, *rows)
        owners: set[str] = set()
        for one in self.businesses:
            if one.row_id not in owners:
                owners.add(one.row_id)
                one.note_read(self.now)
        assert self.sheet.last is not None
        for intent in self.sheet.last.intents:
            if intent.kind is IntentKind.ROW_ID and ids_land:
                one = self.businesses[(intent.row or 0) - 2]
                one.row_id, one.is_twin = intent.rid, False
                one.note_read(self.now)
        return news

    def _keep_topmost(self) -> None:
        """Of two rows that are alike, down to their id, the upper one is the original."""
        for place, one in enumerate(self.businesses):
            twin = next((n for n, o in enumerate(self.businesses) if o.row_id == one.row_id), place)
            if twin < place and not one.is_twin:
                self.businesses[twin], self.businesses[place] = one, self.businesses[twin]

    # what holds

    def wrong(self) -> list[str]:
        """Return which laws are broken after a read."""
        found = [line for one in self._identified() for line in self._wrong_of(one)]
        for where, was in self.past.items():
            now = self.sheet.happenings[where]
            if replace(was, at=now.at, estimated=now.estimated, status=now.status) != now:
                found.append(f"{where} is another event now")
            if was.at != now.at and not (was.estimated and not now.estimated):
                found.append(f"{where} moved from {was.at} to {now.at}")
        return found

    def _identified(self) -> list[Business]:
        ids = [one.row_id for one in self.businesses]
        return [one for one in self.businesses if ids.count(one.row_id) == 1]

    def _wrong_of(self, one: Business) -> list[str]:
        emails = self._own(one, HappeningKind.EMAIL)
        answers = self._own(one, HappeningKind.REPLY)
        yes = self._own(one, HappeningKind.POSITIVE)
        exact = [email.at for email in emails if not email.estimated]
        timed = [answer.at for answer in answers if not answer.estimated]
        laws = {
            "more e-mails than sends": len(emails) <= len(one.sends) + one.undone,
            "fewer e-mails than were proved": one.is_copy or len(emails) >= one.least(),
            "a time at which nothing was sent": set(exact) <= set(one.sends),
            "one send twice": len(exact) == len(set(exact)),
            "an answer that nobody gave": set(timed) <= set(one.answers),
            "an answer without a time": len(answers) - len(timed) <= one.unanswered,
            "one answer twice": len(timed) == len(set(timed)),
            "no answer, though one is shown": not one.answers or one.is_copy or bool(answers),
            "a yes that nobody said": one.is_yes or not yes,
            "two yeses": len(yes) <= 1,
        }
        return [f"{one.row_id}: {law}" for law, holds in laws.items() if not holds]

    def _own(self, one: Business, kind: HappeningKind) -> list[Happening]:
        return [
            h
            for h in self.sheet.happenings.values()
            if (h.rid, h.kind) == (one.row_id, kind) and h.status != "copied"
        ]
