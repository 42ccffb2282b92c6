"""What a value means on each side, by rule files that people edit: text in, dataclasses out.

The rule: a bad rule file stops the program before anything is read; a bad value costs only its own field.
"""

from __future__ import annotations

from outreach_core.mapping.files import load_policy, load_reply_rules, load_rules
from outreach_core.mapping.outreach import (
    CompanyRules,
    DealRules,
    EmailRules,
    OutreachColumns,
    TellingRules,
)
from outreach_core.mapping.policy_file import parse_policy
from outreach_core.mapping.replies import (
    ReplyRules,
    Sentiment,
    classify,
    own_words,
    parse_sentiment,
)
from outreach_core.mapping.reply_file import parse_reply_rules
from outreach_core.mapping.rule_file import kinds_of, parse_rules
from outreach_core.mapping.rules import FieldRule, Reading, Rendered, SideRules
from outreach_core.mapping.specs import fingerprint, load_field_specs

__all__ = [
    "CompanyRules",
    "DealRules",
    "EmailRules",
    "FieldRule",
    "OutreachColumns",
    "Reading",
    "Rendered",
    "ReplyRules",
    "Sentiment",
    "SideRules",
    "TellingRules",
    "classify",
    "fingerprint",
    "kinds_of",
    "load_field_specs",
    "load_policy",
    "load_reply_rules",
    "load_rules",
    "own_words",
    "parse_policy",
    "parse_reply_rules",
    "parse_rules",
    "parse_sentiment",
]
