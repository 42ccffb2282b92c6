"""Breaks each rule in a copy of the tree and sees whether the tests notice (`make mutants`).

The rule: the tree itself is never touched; a broken rule counts as noticed only if its tests pass without the
patch, and fail with it. A patch that keeps the tests from starting proves nothing and is an error.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGUE = Path(__file__).with_name("rules.toml")
PACKAGES = ("adapters", "cli", "core", "ledger", "sandbox", "tap-*", "target-*", "transforms/*")
WORKERS = 2
OF_DESIGN = 24
MUST_KILL = 23
PATIENCE = 120  # seconds for one set of tests; what does not end by then has been noticed
_NOTICED, _PASSED = 1, 0  # exit codes of pytest


@dataclass(frozen=True)
class Rule:
    """One rule, how it is broken, and the tests that have to notice.

    Attributes:
        of_design: Its number among the 24 of the design; 0 for one of our own.
        survives: Why no test can notice, where that is so.
    """

    name: str
    file: str
    was: str
    becomes: str
    noticed_by: tuple[str, ...]
    of_design: int = 0
    survives: str = ""

    def broken(self, text: str) -> str:
        """Return the file's text with the rule broken.

        Raises:
            ValueError: The patch does not fit just once.
        """
        if text.count(self.was) != 1:
            raise ValueError(f"{self.name}: fits {text.count(self.was)} times into {self.file}")
        return text.replace(self.was, self.becomes)


class Verdict(StrEnum):
    """What became of a broken rule."""

    KILLED = "killed"
    SURVIVED = "survived"
    BROKEN = "proves nothing"  # the tests did not start


def rules() -> list[Rule]:
    """Return the catalogue."""
    data = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))
    return [Rule(**{**one, "noticed_by": tuple(one["noticed_by"])}) for one in data["rule"]]


def copy_tree(to: Path) -> Path:
    """Copy what git would ship to a new folder."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, done.stdout.split("\0")):
        source, target = ROOT / name, to / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    return to


def environment(tree: Path) -> Mapping[str, str]:
    """Return the environment in which a copy's packages are imported and not the tree's."""
    folders = [str(found) for pattern in PACKAGES for found in sorted(tree.glob(pattern))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(folders), "PYTHONDONTWRITEBYTECODE": "1"}


def run_tests(tree: Path, tests: Sequence[str], patience: float = PATIENCE) -> tuple[int, str]:
    """Run tests in a copy until one fails; return pytest's exit code and the end of what it said."""
    options = ["-x", "-q", "-p", "no:cacheprovider", "-m", "not sweep and not meltano"]
    command = [sys.executable, "-m", "pytest", *options, *tests]
    try:
        done = subprocess.run(
            command,
            cwd=tree,
            env=dict(environment(tree)),
            capture_output=True,
            text=True,
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _NOTICED, "did not end"
    return done.returncode, done.stdout[-2000:]


def try_rule(tree: Path, rule: Rule) -> tuple[Verdict, str]:
    """Break one rule in a copy, run its tests, and mend it again."""
    path = tree / rule.file
    whole = path.read_text(encoding="utf-8")
    path.write_text(rule.broken(whole), encoding="utf-8")
    try:
        code, said = run_tests(tree, rule.noticed_by)
    finally:
        path.write_text(whole, encoding="utf-8")
    verdict = {_NOTICED: Verdict.KILLED, _PASSED: Verdict.SURVIVED}.get(code, Verdict.BROKEN)
    return verdict, said


def try_all(catalogue: Sequence[Rule], trees: Sequence[Path]) -> list[Verdict]:
    """Try every rule, as many at once as there are copies; say each verdict as it comes."""
    free: SimpleQueue[Path] = SimpleQueue()
    for tree in trees:
        free.put(tree)

    def attempt(rule: Rule) -> Verdict:
        tree, began = free.get(), time.monotonic()
        try:
            verdict, said = try_rule(tree, rule)
        finally:
            free.put(tree)
        number = f"{rule.of_design:>2}" if rule.of_design else " +"
        print(f"{number} {verdict:<14} {time.monotonic() - began:5.1f} s  {rule.name}", flush=True)
        if verdict is Verdict.BROKEN:
            print(said)
        return verdict

    with ThreadPoolExecutor(len(trees)) as workers:
        return list(workers.map(attempt, catalogue))


def sum_up(catalogue: Sequence[Rule], verdicts: Sequence[Verdict]) -> int:
    """Say what survived and why; return the exit code."""
    of_design = [v for r, v in zip(catalogue, verdicts, strict=True) if r.of_design]
    killed, design_killed = verdicts.count(Verdict.KILLED), of_design.count(Verdict.KILLED)
    print(
        f"\n{design_killed} of {len(of_design)} of the design, {killed} of {len(verdicts)} in all."
    )
    wrong = 0
    for rule, verdict in zip(catalogue, verdicts, strict=True):
        if verdict is Verdict.KILLED and rule.survives:
            print(f"noticed after all: {rule.name}. Take out its `survives`.")
        elif verdict is not Verdict.KILLED:
            print(f"{verdict}: {rule.name}. {rule.survives or 'No test noticed.'}")
            wrong += not rule.survives or verdict is Verdict.BROKEN
    whole_design = len(catalogue) == len(rules())
    return int(wrong > 0 or (whole_design and design_killed < MUST_KILL))


def main(words: Sequence[str]) -> int:
    """Try the rules whose name holds one of the words; all of them without."""
    catalogue = [r for r in rules() if not words or any(word in r.name for word in words)]
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
        trees = [copy_tree(Path(scratch) / str(n)) for n in range(WORKERS)]
        tests = sorted({test for rule in catalogue for test in rule.noticed_by})
        code, said = run_tests(trees[0], tests, 10 * PATIENCE)
        if code != _PASSED:
            print(f"The tests do not pass as it is:\n{said}")
            return 1
        return sum_up(catalogue, try_all(catalogue, trees))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
