"""Row ids: of version 7, in order of their making whatever the clock does."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from outreach_adapters.identifiers import TimeOrdered, new_id


@given(st.lists(st.integers(0, 2**60), min_size=2, max_size=50))
def test_ids_grow_whatever_the_clock_does(moments: list[int]) -> None:
    """Equal moments and clocks that step back keep the order of making."""
    clock = iter(moments)
    minted = TimeOrdered(lambda: next(clock), lambda bits: 2**bits - 1)
    found = [minted() for _ in moments]

    assert sorted(set(found)) == found


def test_an_id_is_a_uuid_of_version_seven() -> None:
    """Its first 48 bits are the milliseconds."""
    found = uuid.UUID(TimeOrdered(lambda: 1_700_000_000_123_000_000, lambda _: 0)())

    assert (7, uuid.RFC_4122, 1_700_000_000_123) == (found.version, found.variant, found.int >> 80)


def test_two_ids_are_never_the_same() -> None:
    """A thousand made at once are a thousand, in order."""
    found = [new_id() for _ in range(1000)]

    assert sorted(set(found)) == found
