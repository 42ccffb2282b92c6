"""What a sandbox starts with.

Rule: a seed names invented people on example domains only.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class UnknownSeed(ValueError):
    """No such seed; the message names the ones that exist."""


def load(source: str | dict[str, Any]) -> dict[str, Any]:
    """A seed by name, by file, or as it is: {"google": ..., "hubspot": ..., "switches": ...}.

    Vendors read a seed and never change it.
    """
    if isinstance(source, dict):
        return source
    here = Path(__file__).parent
    named = here / f"{source}.json" if source.replace("-", "").isalnum() else None
    path = named if named and named.exists() else Path(source)
    try:
        loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        known = ", ".join(sorted(p.stem for p in here.glob("*.json")))
        raise UnknownSeed(f"no seed {source!r}; there are: {known}, or a JSON file") from None
    except ValueError as error:
        raise UnknownSeed(f"seed {source!r} is not JSON: {error}") from None
    return loaded
