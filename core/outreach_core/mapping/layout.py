"""The outreach system's own header, A to N, with the names that the sheet's rule file gives its columns.

The rule: that system finds its columns by their letters, so a name may change here and a place never.
"""

from __future__ import annotations

from collections.abc import Mapping

from outreach_core.mapping.rules import SideRules

HEADER = (
    "Business Name",
    "Location",
    "Email",
    "Phone",
    "Website",
    "Contact Person",
    "Generated Subject",
    "Generated Body",
    "Your Notes",
    "Status",
    "Date Approved",
    "Date Sent",
    "Last Response",
    "Response Details",
)
_FIELDS = {
    "business_name": "Business Name",
    "city": "Location",
    "email": "Email",
    "phone": "Phone",
    "website": "Website",
    "contact_person": "Contact Person",
    "status": "Status",
}
STATUSES = ("Draft", "Approved", "Sent", "Replied", "Bounced", "Auto-Reply")
# what is typed into these is never to be taken for a number or a date
TEXT_HEADERS = ("Phone", "Date Approved", "Date Sent", "Last Response")


def outreach_header(rules: SideRules) -> tuple[str, ...]:
    """Return the fourteen headers."""
    names = _names(rules)
    return tuple(names.get(usual, usual) for usual in HEADER)


def named_as(rules: SideRules, usual: str) -> str:
    """Return what a column of the layout is called."""
    return _names(rules).get(usual, usual)


def further_headers(rules: SideRules) -> tuple[str, ...]:
    """Return the mapped columns that are not among the fourteen, in the order of the rule file."""
    mapped = [place for rule in rules.fields.values() for place in rule.places]
    known = set(outreach_header(rules))
    return tuple(dict.fromkeys(place for place in mapped if place not in known))


def _names(rules: SideRules) -> Mapping[str, str]:
    """Return the new name of each usual header that the rule file calls otherwise."""
    columns = rules.columns
    given = {
        _FIELDS[name]: rule.places[0] for name, rule in rules.fields.items() if name in _FIELDS
    } | {
        "Date Sent": columns.sent,
        "Generated Subject": columns.subject,
        "Generated Body": columns.body,
        "Last Response": columns.answered,
        "Response Details": columns.details,
    }
    return {usual: name for usual, name in given.items() if name not in HEADER}
