"""Counts how often each numbered case of a module is reached: the numbers in the code are the cases.

The rule: what is counted is the line that carries the number in a comment; nothing in the code knows of it.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

_NUMBERED = re.compile(r"\S.*?#\s*(?:cases?\s+)?(\w{1,2}(?:,?\s+\w{1,2})*)\s*$")
_CASE = re.compile(r"\b(?:\d{1,2}|[A-Z])\b")
Trace = Callable[[FrameType, str, Any], Any]


def numbered(module: ModuleType) -> dict[int, str]:
    """Return the numbered lines of a module with their cases: ``decide 3, 4``."""
    name = module.__name__.rpartition(".")[2]
    lines = Path(str(module.__file__)).read_text(encoding="utf-8").splitlines()
    found = {}
    for number, line in enumerate(lines, 1):
        hit = _NUMBERED.search(line)
        cases = _CASE.findall(hit[1]) if hit else []
        if cases:
            found[number] = f"{name} {', '.join(cases)}"
    return found


def count(modules: list[ModuleType], do: Callable[[], None]) -> Counter[str]:
    """Run something and return how often each numbered line was reached, those never reached too."""
    wanted = {str(module.__file__): numbered(module) for module in modules}
    reached = Counter({case: 0 for cases in wanted.values() for case in cases.values()})

    def step(frame: FrameType, event: str, _argument: Any) -> Trace:
        case = wanted[frame.f_code.co_filename].get(frame.f_lineno)
        if event == "line" and case is not None:
            reached[case] += 1
        return step

    def enter(frame: FrameType, _event: str, _argument: Any) -> Trace | None:
        return step if frame.f_code.co_filename in wanted else None

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        do()
    finally:
        sys.settrace(before)
    return reached
