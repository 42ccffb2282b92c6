"""The committed tree as the architecture tests see it: what git would ship, nothing else."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LEFT_OUT = {
    ".git",
    ".venv",
    ".venv-airflow",
    ".meltano",
    ".outreach",
    ".salesforce-tools",
    "__pycache__",
}


@cache
def committed() -> tuple[Path, ...]:
    """Every committed or committable file; without git, every file outside the made folders."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        found = [p for p in ROOT.rglob("*") if not LEFT_OUT & set(p.relative_to(ROOT).parts)]
    else:
        found = [ROOT / name for name in done.stdout.split("\0") if name]
    return tuple(sorted(path for path in found if path.is_file()))


def modules() -> tuple[Path, ...]:
    """Every Python module that is not a test."""
    return tuple(p for p in committed() if p.suffix == ".py" and "tests" not in p.parts)


def text(path: Path) -> str:
    """The file's text, or nothing for a binary one."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def name(path: Path) -> str:
    """The path as a person would write it."""
    return path.relative_to(ROOT).as_posix()
