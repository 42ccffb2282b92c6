"""What stands in a CRM's required field while nobody gave a name.

The rule: a stand-in is marked, so that reading it back finds the field blank; it is never anybody's name,
and it never comes into the sheet.
"""

from __future__ import annotations

MARK = "[no name given]"


def stand_in(text: str, length: int) -> str:
    """Return a text that fills a required field of this length; longer ones are cut.

    >>> stand_in("Bluefinch Coffee", 80)
    'Bluefinch Coffee [no name given]'
    """
    room = length - len(MARK) - 1
    shown = " ".join(text.split())
    if len(shown) > room:
        shown = f"{shown[: room - 1].rstrip()}…"
    return f"{shown} {MARK}".strip()


def is_stand_in(text: object) -> bool:
    """Whether a value was put there by `stand_in`."""
    return isinstance(text, str) and text.rstrip().endswith(MARK)
