"""What a row's cells prove to have happened, although they are cleared and rewritten (RECONCILE B13; pure).

The rule: an e-mail that was proved stays proved; what the sheet shows today only adds to it. Dates are
compared, never used as a key: they are mutable and often gone.

An e-mail (``shown`` the row's date and Status, ``last`` the last e-mail known):

    1  not sent, no date                                  nothing; Draft and Approved arm a row once sent
    2  a date, no e-mail known                            e-mail 1, at that date
    3  the same date as the last one                      the same e-mail
    4  armed and sent, and a date later than the last one
       or than the last read in which it was not sent     a new e-mail
    5  a date more than ten minutes later                 a new e-mail
    6  a date where the last time was estimated           learned, if it lies within the bounds; else 5
    7  sent, no date, no e-mail known, or armed           a new e-mail, its time estimated
    8  sent, no date, else                                the same e-mail
    9  a Status that we carried into the sheet ourselves  proves nothing
       nor does one that cannot be read
   10  a date that moved as those of other rows did       the same e-mail, read in another time zone

An answer (``last`` the last answer known):

    1  a time, no answer known                            answer 1, at that time
    2  a time more than ten minutes later, or a person's
       answer later than a machine's                      a new answer
    3  a time where the last one was estimated            learned
    4  no time, no answer known, or the Status says that
       another e-mail was answered since                  a new answer, its time estimated
    5  else                                               the same answer; of a person, once the Status says so
    6  a time that moved as those of other rows did       the same answer, read in another time zone

An answer is positive if the sheet's Sentiment column says so, or if our rules do and the outreach system called
it a person's: a row that was sent again still shows the old answer, whoever wrote it.

A row that was copied shows what happened to its original. The copy remembers that as ``COPIED``, so that it
is not taken for news later: nobody is told of it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from outreach_core.merge.state import Findings, Happenings, IdentifiedRow, Observed
from outreach_core.merge.zones import zone_shifts
from outreach_core.model import (
    BLANK,
    Happening,
    HappeningKind,
    RowWatch,
    ShownEmail,
    ShownReply,
)

CLOSE = timedelta(minutes=10)
_UNSENT = frozenset(("", "draft", "approved"))
_SENT = frozenset(("sent", "replied", "bounced", "auto-reply"))
_ANSWERED = frozenset(("replied", "auto-reply"))
_GOES_AGAIN = frozenset(("draft", "approved"))
_REPLIED = "replied"
_PERSONS = frozenset((_REPLIED,))
AUTOMATIC = "auto-reply"
COPIED = "copied"


def note_happenings(observed: Observed, found: Findings) -> None:
    """Add what this read of the sheet proves, and what is remembered of each row until the next."""
    read_at = observed.given.snapshot.read_at if observed.given.snapshot else None
    if read_at is None:
        return
    moved = zone_shifts(observed, found.rows)
    for row in found.rows:
        reading = _Reading(row, read_at, observed, moved)
        reading.look()
        found.happenings[row.rid] = reading.known
        found.new_happenings += reading.news
        found.watches[row.rid] = reading.watch


class _Reading:
    """One row on its way from cells to happenings."""

    def __init__(
        self,
        row: IdentifiedRow,
        read_at: datetime,
        observed: Observed,
        moved: frozenset[timedelta],
    ) -> None:
        self.rid = row.rid
        self.moved = moved
        self.is_copy = row.replaces is not None
        self.read_at = read_at
        self.known: dict[tuple[HappeningKind, int], Happening] = dict(
            observed.happenings.get(row.rid, {})
        )
        self.news: list[Happening] = []
        self.watch = observed.given.watches.get(row.rid, RowWatch(row.rid))
        self.email = row.shown.sent or ShownEmail()
        self.reply = row.shown.reply
        self.has_status = "status" not in row.shown.problems
        status = row.shown.fields.get("status", BLANK).value or self.email.status
        self.status = _fold(status) if self.has_status else ""

    def look(self) -> None:
        """Judge the row's e-mail, then its answer, then whether that is positive."""
        if self.watch.pulled and self.has_status and self.status != _fold(self.watch.pulled):
            self.watch = replace(self.watch, pulled="")
        self._look_at_email()
        if self.reply is not None:
            self._look_at_reply(self.reply)

    def last(self, kind: HappeningKind) -> Happening | None:
        """Return the newest happening of a kind."""
        return max((h for h in self.known.values() if h.kind is kind), key=_number, default=None)

    def _look_at_email(self) -> None:
        last = self.last(HappeningKind.EMAIL)
        if self.email.at is not None:
            self._dated_email(self.email.at, last)
        elif self._proves(_SENT) and (last is None or self.watch.armed):
            self._add(self._estimated_email(last))  # 7
        if self.status in _UNSENT and self.has_status:
            self._note_unsent()  # 1
        elif self._proves(_SENT):
            self.watch = replace(self.watch, armed=False)

    def _note_unsent(self) -> None:
        was_sent = self.last(HappeningKind.EMAIL) is not None
        if was_sent and self.status not in _GOES_AGAIN:
            return  # a Status that somebody cleared: it was sent all the same
        self.watch = replace(self.watch, unsent_at=self.read_at, armed=was_sent)

    def _dated_email(self, at: datetime, last: Happening | None) -> None:
        if last is None:
            self._add(self._email(1, at))  # 2
        elif at == last.at and not last.estimated:
            pass  # 3
        elif self._is_moved(at, last):
            self._add(replace(last, at=at))  # 10
        elif self.watch.armed and self._is_after(at, last):
            self._add(self._email(last.n + 1, at))  # 4
        elif last.estimated and _within(at, last):
            self._add(replace(last, at=at, estimated=False))  # 6
        elif at > _latest(last) + CLOSE:
            self._add(self._email(last.n + 1, at))  # 5

    def _is_moved(self, at: datetime, last: Happening) -> bool:
        return not last.estimated and at - last.at in self.moved

    def _is_after(self, at: datetime, last: Happening) -> bool:
        """Whether a date is that of another send; the last one may have been wrong."""
        if self.status in _GOES_AGAIN:
            return False
        unsent_at = self.watch.unsent_at
        return at > _latest(last) or (unsent_at is not None and at > unsent_at)

    def _email(self, n: int, at: datetime) -> Happening:
        return Happening(
            self.rid,
            HappeningKind.EMAIL,
            n,
            at,
            subject=self.email.subject,
            body=self.email.body,
            status=self._own_status(),
        )

    def _estimated_email(self, last: Happening | None) -> Happening:
        """Date it at the last read in which it was not sent, else right before the answer."""
        after = self.watch.unsent_at
        answered = self.reply.at if self.reply else None
        before = self.read_at
        if answered is not None and (after is None or answered > after):
            before = min(answered, self.read_at)
        at = after or before - timedelta(seconds=1)
        n = (last.n if last else 0) + 1
        return replace(self._email(n, at), after=after, before=before, estimated=True)

    def _look_at_reply(self, reply: ShownReply) -> None:
        if reply.at is None and not reply.text and not self._proves(_ANSWERED):
            return
        last = self.last(HappeningKind.REPLY)
        email = self.last(HappeningKind.EMAIL)
        follows = email.n if email else 0
        n = (last.n if last else 0) + 1
        new = Happening(
            self.rid,
            HappeningKind.REPLY,
            n,
            reply.at or self.read_at,
            after=None if reply.at else self._previous_read(),
            before=None if reply.at else self.read_at,
            estimated=reply.at is None,
            subject=email.subject if email else "",
            body=reply.text,
            status=self._own_status(),
            follows=follows,
        )
        if last is not None and reply.at is not None and self._is_moved(reply.at, last):
            self._add(replace(last, at=reply.at))  # 6
        elif last is None or self._answers_again(reply, last, follows):
            self._add(new)  # 1 2 4
        elif reply.at is not None and last.estimated and reply.at <= _latest(last):
            self._add(replace(last, at=reply.at, estimated=False))  # 3
        elif last.status not in (COPIED, _REPLIED) and self._proves(_PERSONS):
            self._add(replace(last, status=self.status))  # 5
        self._look_at_sentiment(reply)

    def _answers_again(self, reply: ShownReply, last: Happening, follows: int) -> bool:
        if reply.at is None:
            return follows > last.follows and self._proves(_ANSWERED)  # 4
        was_machine = last.status == AUTOMATIC and self._proves(_PERSONS)
        return reply.at > last.at + (timedelta(0) if was_machine else CLOSE)  # 2

    def _look_at_sentiment(self, reply: ShownReply) -> None:
        last = self.last(HappeningKind.REPLY)
        if last is None or reply.sentiment != "positive" or self.last(HappeningKind.POSITIVE):
            return
        if last.status == COPIED or not (reply.decided or self._is_persons(reply, last)):
            return
        self._add(Happening(self.rid, HappeningKind.POSITIVE, 1, last.at, estimated=last.estimated))

    def _is_persons(self, reply: ShownReply, last: Happening) -> bool:
        """Whether the outreach system calls what is shown a person's answer, or called it so before."""
        if self._proves(_PERSONS):
            return True
        is_known = last.status == _REPLIED and last.body == reply.text
        return is_known and self.status != AUTOMATIC

    def _own_status(self) -> str:
        return "" if self.watch.pulled else self.status

    def _previous_read(self) -> datetime | None:
        return self.watch.unsent_at

    def _proves(self, words: frozenset[str]) -> bool:
        """Whether the Status says so of itself (case 9)."""
        return self.status in words and not self.watch.pulled

    def _add(self, happening: Happening) -> None:
        if self.is_copy:
            happening = replace(happening, status=COPIED)
        self.known[happening.kind, happening.n] = happening
        self.news.append(happening)


def answers(known: Happenings) -> list[Happening]:
    """Return a row's answers that a person wrote, the oldest first."""
    return [h for h in of_kind(known, HappeningKind.REPLY) if h.status != AUTOMATIC]


def of_kind(known: Happenings, kind: HappeningKind) -> list[Happening]:
    """Return a row's own happenings of one kind, the oldest first."""
    own = (h for h in known.values() if h.kind is kind and h.status != COPIED)
    return sorted(own, key=_number)


def _number(happening: Happening) -> int:
    return happening.n


def _latest(happening: Happening) -> datetime:
    """Return the latest that is known of when it happened."""
    return happening.before or happening.at


def _within(at: datetime, estimated: Happening) -> bool:
    earliest = estimated.after - CLOSE if estimated.after else None
    return (earliest is None or at >= earliest) and at <= _latest(estimated) + CLOSE


def _fold(status: str) -> str:
    return status.strip().casefold()
