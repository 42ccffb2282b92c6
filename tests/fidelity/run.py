"""`make fidelity`: plays what was recorded from the vendors against the sandbox, and prints how it did.

The one rule: it fails where an unexcused answer differs, where fewer than 99 of 100 match, and
where an excuse covers nothing; without recordings it says so and is content.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from fidelity.excuses import Excuses, load
from fidelity.recording import missing
from fidelity.replay import TAPES, Result, Verdict, replay, stale, table

LEAST = 0.99


def complaints(results: list[Result], excuses: Excuses) -> Iterator[str]:
    """Everything that is not as it must be."""
    for result in results:
        for one in result.different():
            for difference in one.open:
                yield f"{result.vendor} {one.call.name} ({one.endpoint}): {difference}"
        if result.matched < LEAST * result.compared:
            yield f"{result.vendor}: only {result.matched} of {result.compared} match"
    for line in stale(results, excuses):
        yield f"an excuse excuses nothing: {line}"


def summary(result: Result) -> str:
    """One vendor in one line."""
    left = result.count(Verdict.LEFT_OUT)
    share = 100 * result.matched / max(result.compared, 1)
    return (
        f"{result.vendor}: {result.matched} of {result.compared} recorded answers matched "
        f"({share:.1f} %; {result.count(Verdict.EXCUSED)} of them but for listed differences); "
        f"{left} more are of things the sandbox does not have"
    )


def main() -> int:
    """Play everything; 1 where something is wrong."""
    lacking = missing()
    if lacking is not None:
        print(lacking)
        return 0
    excuses = load("replay")
    results = [replay(vendor, excuses) for vendor in TAPES]
    wrong = list(complaints(results, excuses))
    print("\n".join([*table(results), "", *map(summary, results), *wrong]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
