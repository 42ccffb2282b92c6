"""What people call a field: the header of its column. Rule: a rule file that cannot be read stops nothing here."""

from __future__ import annotations

from pathlib import Path

from outreach_core.errors import ConfigError
from outreach_core.mapping import load_rules


def labels(rules_dir: Path) -> dict[str, str]:
    """Return the sheet's column headers by canonical field name; none where the file has a fault.

    The plan step reports a bad rule file; showing a plan must still work then.
    """
    path = rules_dir / "sheet.yml"
    if not path.is_file():
        return {}
    try:
        rules = load_rules(path)
    except ConfigError:
        return {}
    return {name: rule.places[0] for name, rule in rules.fields.items() if rule.places}
