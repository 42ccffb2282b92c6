"""Opens rule files. The only place of the core that reads a file; what is in them is parsed elsewhere.

The rule: a CRM's file is read together with the ``sheet.yml`` beside it, which fixes the fields' types.
"""

from __future__ import annotations

from pathlib import Path

from outreach_core.errors import ConfigError
from outreach_core.mapping.policy_file import parse_policy
from outreach_core.mapping.replies import ReplyRules
from outreach_core.mapping.reply_file import parse_reply_rules
from outreach_core.mapping.rule_file import kinds_of, parse_rules
from outreach_core.mapping.rules import SideRules
from outreach_core.model.policy import Policy

SHEET_FILE = "sheet.yml"
REPLIES_FILE = "replies.yml"


def load_rules(path: Path | str) -> SideRules:
    """Read one side's rule file.

    Raises:
        ConfigError: ``bad_rules``: it is missing or wrong; names file, line and remedy.
    """
    path = Path(path)
    if path.name == SHEET_FILE:
        return parse_rules(_text(path), str(path))
    sheet = path.with_name(SHEET_FILE)
    if not sheet.is_file():
        return parse_rules(_text(path), str(path))
    return parse_rules(_text(path), str(path), kinds_of(parse_rules(_text(sheet), str(sheet))))


def load_policy(path: Path | str) -> Policy:
    """Read the policy file; fields it names are checked against the ``sheet.yml`` beside it.

    Raises:
        ConfigError: ``bad_rules``: it is missing or wrong; names file, line and remedy.
    """
    path = Path(path)
    sheet = path.with_name(SHEET_FILE)
    known = parse_rules(_text(sheet), str(sheet)).fields if sheet.is_file() else None
    return parse_policy(_text(path), str(path), known)


def load_reply_rules(path: Path | str) -> ReplyRules:
    """Read the file that says which answers are positive.

    Raises:
        ConfigError: ``bad_rules``: it is missing or wrong; names file, line and remedy.
    """
    path = Path(path)
    return parse_reply_rules(_text(path), str(path))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"{path}: the rule file cannot be read ({error.strerror}).",
            code="bad_rules",
            remedy="Check the setting that names it.",
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(
            f"{path}: the rule file is not UTF-8 text.",
            code="bad_rules",
            remedy="Save it again as UTF-8.",
        ) from None
