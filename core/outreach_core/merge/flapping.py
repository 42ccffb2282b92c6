"""Notice a field that is written to and fro (RECONCILE B6; pure).

The rule: two programs that undo each other's writes would go on for ever, each write in order by itself. A
field that was is not written again before a person has said what it should be; a person's word starts the
count anew. What is asked holds until it is answered or the sides agree, however long ago the writes were.

    1  an open question of this kind                                  held
    2  fewer than three writes in the last five runs                  no
    3  the last three different values are A, B, A                    asked
    4  … but a person decided or took back in between                 no
    5  else: somebody is busy with it                                 no
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from outreach_core.merge.state import Observed
from outreach_core.model import Why
from outreach_core.model.planning import ConflictKind
from outreach_core.model.recent import FEWEST, RecentWrite

_A_PERSONS_WORD = (Why.DECIDED, Why.UNDONE)


def is_flapping(observed: Observed, rid: str, field: str) -> bool:
    """Whether a field of a row may not be written before a person has been asked."""
    standing = observed.standing.get((rid, field))
    if standing is not None and standing.kind is ConflictKind.FLAPPING:
        return True  # 1
    return alternates(observed.given.recent.get((rid, field), ()))


def alternates(writes: Sequence[RecentWrite]) -> bool:
    """Whether writes, the oldest first, go to and fro between two values."""
    last_word = max((n for n, w in enumerate(writes) if w.why in _A_PERSONS_WORD), default=-1)
    since = writes[last_word + 1 :]  # 4
    if len(since) < FEWEST:
        return False  # 2
    values = [value for value, _ in groupby(write.key for write in since)]
    return len(values) >= FEWEST and values[-1] == values[-3]  # 3 5
