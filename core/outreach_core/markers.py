"""What an e-mail is recognised by in a CRM whose activities can carry no unique key.

The rule: the same in every process and on both sides of a pipe: the reader and the planner compare it.
"""

from __future__ import annotations

import hashlib


def email_marker(direction: str, at: str, subject: str) -> str:
    """Return what an e-mail is known by where it cannot carry our key: direction, second, subject.

    Args:
        direction: ``outgoing`` or ``incoming``.
        at: ISO text in UTC, to the second.
        subject: As sent or as logged: white space and an answer's ``Re:`` do not matter.
    """
    words = " ".join(subject.split())
    if direction == "incoming" and words[:3].casefold() == "re:":
        words = words[3:].lstrip()
    text = f"{direction}\x1f{at}\x1f{words}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
