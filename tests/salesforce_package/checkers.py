"""Runs the offline checkers over an SFDX workspace; each returns complaints, none when all is well.

Rule: in CI a checker that is not installed fails the test; anybody else is told how to get it.

| checker   | what it sees |
|---|---|
| parse     | syntax, by the community's grammar; and what costs a limit inside a loop |
| format    | syntax, by Salesforce's own grammar (jorje), and the house format |
| semantics | types, methods and fields, the workspace's own among them (apex-ls) |
| judge     | PMD's rules for Apex, as `pmd-ruleset.xml` names them |
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.tree import ROOT
from tests.salesforce_package.package import PACKAGE

TOOLS = ROOT / ".salesforce-tools"
REMEDY = "`.ci/setup salesforce` installs what is missing"


@dataclass(frozen=True)
class Found:
    """What the parser tells of a file."""

    errors: tuple[str, ...]
    in_loops: tuple[str, ...]


def missing(which: Callable[[str], str | None] = shutil.which, tools: Path = TOOLS) -> list[str]:
    """Name what the checkers need and this machine has not."""
    programs = [program for program in ("node", "java") if which(program) is None]
    return programs if _installed(tools) else [*programs, tools.name]


def _installed(tools: Path) -> bool:
    """Whether the installation was finished, and is of what is pinned now."""
    lock = "package-lock.json"
    done = (tools / ".setup-done").exists()
    return done and (tools / lock).read_bytes() == (PACKAGE / lock).read_bytes()


def require(lacking: list[str], environment: Mapping[str, str] = os.environ) -> None:
    """Go on where nothing is lacking; else fail in CI and skip elsewhere, with the remedy."""
    if lacking:
        message = f"The Apex checkers need {', '.join(lacking)}: {REMEDY}."
        if environment.get("CI"):
            pytest.fail(message)
        pytest.skip(message)


def parse(files: Iterable[Path]) -> dict[str, Found]:
    """What the parser finds in each file, by its name."""
    script = Path(__file__).with_name("parse.mjs")
    done = _run("node", script, TOOLS, *files)
    return {
        Path(name).name: Found(tuple(told["errors"]), tuple(told["inLoops"]))
        for name, told in json.loads(done.stdout).items()
    }


def unformatted(workspace: Path) -> list[str]:
    """Complaints of the formatter, whose parser is Salesforce's own."""
    program = TOOLS / "node_modules" / "prettier" / "bin" / "prettier.cjs"
    plugin = TOOLS / "node_modules" / "prettier-plugin-apex" / "dist" / "src" / "index.js"
    done = _run(
        "node", program, "--check", "--no-color", f"--plugin={plugin}",
        "--print-width=100", "--tab-width=4", "--no-config", f"{workspace}/**/*.cls", f"{workspace}/**/*.trigger",
    )  # fmt: skip
    told = [line for line in done.stderr.splitlines() if line.startswith(("[error]", "[warn]"))]
    assert told or not done.returncode, f"{done.returncode}: {done.stdout}{done.stderr}"
    return told


def semantics(workspace: Path) -> list[str]:
    """Complaints of the semantic checker, warnings among them."""
    done = _java(
        "io.github.apexdevtools.apexls.CheckForIssues",
        "-w", workspace, "-f", "json", "-d", "warnings", "-n",
    )  # fmt: skip
    assert done.returncode in (0, 4), done.stderr
    return [
        f"{Path(file['path']).name}:{told['start']['line']} {told['message']}"
        for file in json.loads(done.stdout)["files"]
        for told in file["messages"]
    ]


def judge(files: Iterable[Path], scratch: Path) -> list[str]:
    """Complaints of PMD."""
    task, answer = scratch / "task.json", scratch / "answer.json"
    scanned = {"apex": {"filesToScan": [str(file) for file in files]}}
    rules = str(PACKAGE / "pmd-ruleset.xml")
    task.write_text(json.dumps({"ruleSetInputFile": rules, "runDataPerLanguage": scanned}))
    done = _java("com.salesforce.sfca.pmdwrapper.PmdWrapper", "run", task, answer)
    assert answer.exists(), done.stdout + done.stderr
    told: dict[str, Any] = json.loads(answer.read_text())
    broken = [str(error) for error in told["processingErrors"]]
    return broken + [_violation(violation) for violation in told["violations"]]


def _violation(violation: Mapping[str, Any]) -> str:
    place = violation["codeLocation"]
    name = Path(place["file"]).name
    return f"{name}:{place['startLine']} {violation['rule']} {violation['message']}"


def _java(*arguments: object) -> subprocess.CompletedProcess[str]:
    engine = "@salesforce/code-analyzer-pmd-engine/dist/java-lib/*"
    return _run("java", "-cp", TOOLS / "node_modules" / engine, *arguments)


def _run(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
