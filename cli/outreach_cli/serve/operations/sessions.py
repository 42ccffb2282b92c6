"""Who may see the page: whoever knows the token, for as long as a working day.

The rule: sessions are kept in memory alone, so that a restart ends them all; the token is compared in constant time
and its wrong guesses are counted, for everybody together.

| # | a guess                                    | outcome  |
|---|--------------------------------------------|----------|
| 1 | after ten wrong ones within a minute       | too many |
| 2 | is not the token                           | wrong    |
| 3 | is it                                      | a session|
"""

from __future__ import annotations

import hmac
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

LASTS = 12 * 3600.0
GUESSES = 10
WINDOW = 60.0
MOST = 100


class Refusal(StrEnum):
    """Why there is no session, in words for the person."""

    WRONG = "That is not the token."
    TOO_MANY = "Too many wrong tokens. Wait a minute."


@dataclass(frozen=True, slots=True)
class Session:
    """One person's visit. ``form_key`` goes into every form, so that no other site can send one."""

    key: str
    form_key: str
    until: float


class Sessions:
    """The visits that are open."""

    def __init__(self, token: str, *, now: Callable[[], float], secret: Callable[[], str]) -> None:
        """Keep the token; ``secret`` makes what nobody guesses."""
        self._token = token.encode()
        self._now = now
        self._secret = secret
        self._open: dict[str, Session] = {}
        self._wrong: deque[float] = deque(maxlen=GUESSES)

    def log_in(self, guess: str) -> Session | Refusal:
        """Return a session for the right token (cases 1 to 3)."""
        now = self._now()
        if len(self._wrong) == GUESSES and now - self._wrong[0] < WINDOW:  # 1
            return Refusal.TOO_MANY
        if not hmac.compare_digest(guess.strip().encode(), self._token):  # 2
            self._wrong.append(now)
            return Refusal.WRONG
        self._forget_old(now)
        made = Session(self._secret(), self._secret(), now + LASTS)  # 3
        self._open[made.key] = made
        return made

    def find(self, key: str | None) -> Session | None:
        """Return the session of a cookie, if it is still open."""
        found = self._open.get(key or "")
        return found if found and self._now() < found.until else None

    def log_out(self, key: str | None) -> None:
        """End a session."""
        self._open.pop(key or "", None)

    def _forget_old(self, now: float) -> None:
        kept = sorted(
            (one for one in self._open.values() if now < one.until), key=lambda one: one.until
        )
        self._open = {one.key: one for one in kept[-(MOST - 1) :]}


def may_send(session: Session, form_key: str) -> bool:
    """Whether a form came from our own page."""
    return hmac.compare_digest(form_key.encode(), session.form_key.encode())
