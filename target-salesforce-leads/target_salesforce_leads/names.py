"""Gives a lead the two names Salesforce demands of it: a company and a last name. Pure.

Rule: a person's name is a person's where there is one; what is made up in its place is marked
(`outreach_core.mapping.stand_ins`), fills blanks alone, and is never told to the sheet.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_lead.htm
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from outreach_adapters.salesforce.account import LEAD
from outreach_adapters.salesforce.fields import Field
from outreach_core.mapping.stand_ins import is_stand_in, stand_in

Values = Mapping[str, Any]
FIRST, LAST, COMPANY = "FirstName", "LastName", "Company"
EMAIL, WEBSITE = "Email", "Website"
# https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_lead.htm
LENGTHS = {LAST: 80, COMPANY: 255}


def for_new(of: str, values: Values, fields: Mapping[str, Field]) -> dict[str, Any]:
    """Return the values of a record to be made, with the names it may not lack.

    | # | last name | first name | last name sent | first name sent |
    |---|---|---|---|---|
    | 1 | given | - | it | as given |
    | 2 | blank | given: the only word of a name | the first name | none |
    | 3 | blank | blank | stands in: from the company, else from the host | none |

    A lead's company that is blank is stood in for by the host of its website, else of its e-mail.
    """
    found = {**values, **_person(values, values, fields)}
    if of == LEAD and not found.get(COMPANY):
        found[COMPANY] = stand_in(_host(values), _length(COMPANY, fields))
    return {name: value for name, value in found.items() if value not in (None, "")}


def for_changed(
    of: str, changes: Values, current: Values, fields: Mapping[str, Field]
) -> dict[str, Any]:
    """Return changes that leave no required name blank, and bring up to date what stands in for one.

    | # | the changes | sent beside them |
    |---|---|---|
    | 1 | clear the last name, or give a first name where the last one stands in | as for a new record |
    | 2 | give a company, and the last name stands in | a last name that stands in, from that company |
    | 3 | clear a lead's company | a company that stands in |
    """
    found = dict(changes)
    after = {**current, **changes}
    made_up = is_stand_in(after.get(LAST))
    if LAST in changes or (made_up and changes.get(FIRST)):  # (1)
        blank = {LAST: None} if made_up else {}
        found |= _person({**after, **blank}, after, fields)
    elif made_up and changes.get(COMPANY):  # (2)
        found |= _person({}, after, fields)
    if of == LEAD and COMPANY in changes and not changes[COMPANY]:  # (3)
        found[COMPANY] = stand_in(_host(after), _length(COMPANY, fields))
    return found


def _person(values: Values, known: Values, fields: Mapping[str, Field]) -> dict[str, Any]:
    last, first = values.get(LAST), values.get(FIRST)
    if last:  # (1)
        return {LAST: last}
    if first:  # (2)
        return {LAST: first, FIRST: None}
    company = known.get(COMPANY)
    source = str(company) if company and not is_stand_in(company) else _host(known)
    return {LAST: stand_in(source, _length(LAST, fields))}  # (3)


def _length(name: str, fields: Mapping[str, Field]) -> int:
    field = fields.get(name)
    return field.length if field and field.length else LENGTHS[name]


def _host(values: Values) -> str:
    website = str(values.get(WEBSITE) or "").strip()
    host = urlsplit(website if "//" in website else f"//{website}").netloc.partition(":")[0]
    return host.lower().removeprefix("www.") or str(values.get(EMAIL) or "").rpartition("@")[2]
