"""HubSpot behaviours that nobody has verified, each with a name and a default.

The one rule: what the vendor's documentation and recordings leave open is a switch here and
nowhere else, so that a client can be shown to work with both settings.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "hubspot."


@dataclass(frozen=True)
class Switches:
    """One field per open question; `hubspot.<field>` is its name in a seed.

    | switch | true | false |
    |---|---|---|
    | same_value_bumps | writing equal values renews lastmodifieddate | it does not |
    | partial_upsert_by_email | trace ids make an upsert by e-mail partial (207) | it fails whole |
    | partial_update_by_trace_id | trace ids make a batch update partial (207) | it fails whole |
    | html_404_for_contacts | a missing record answers an HTML page | JSON |
    | after_beyond_end_restarts | a list cursor past the end answers page one | an empty page |
    | search_ties_by_id | equal sort values come in id order | in a fixed but odd order |
    | auto_company | a contact gets a company by its e-mail's domain (account setting) | it does not |
    | domains_are_bared | a company's domain loses scheme, www and path | it is kept as sent |
    | deals_move_stages | a deal moves lifecycle stages (account setting) | it does not |
    | companies_move_stages | a company moves those of its contacts (account setting) | it does not |
    | first_company_is_primary | a record's first company becomes its primary one | it does not |
    | incoming_email_is_contact | an incoming e-mail moves notes_last_contacted | it does not |
    | emails_redacted_without_scope | without sales-email-read e-mails are read without content | 403 |
    | missing_ids_vanish | unknown ids of a batch are left out of a 200 | a grouped error (207) |
    | list_cursor_encoded_twice | a list's cursor works encoded once more | it is refused |
    | merged_ids_associate | an id merged away associates the survivor | it is not valid |
    | activity_unique_properties | activities may have unique properties | they are refused |
    """

    same_value_bumps: bool = True
    partial_upsert_by_email: bool = False
    partial_update_by_trace_id: bool = True
    html_404_for_contacts: bool = True
    after_beyond_end_restarts: bool = True
    search_ties_by_id: bool = False
    auto_company: bool = False
    domains_are_bared: bool = False
    deals_move_stages: bool = False
    companies_move_stages: bool = False
    first_company_is_primary: bool = True
    incoming_email_is_contact: bool = False
    emails_redacted_without_scope: bool = True
    missing_ids_vanish: bool = False
    list_cursor_encoded_twice: bool = True
    merged_ids_associate: bool = True
    activity_unique_properties: bool = False


def known(name: str) -> str:
    """The name itself; one that is not a switch is an error, not a silence."""
    names = [field.name for field in fields(Switches)]
    if name not in names:
        raise ValueError(f"no such HubSpot switch: {PREFIX}{name}; there are {sorted(names)}")
    return name


def from_mapping(values: Mapping[str, object] | None) -> Switches:
    """Read the `hubspot.*` entries."""
    return Switches(
        **{
            known(name.removeprefix(PREFIX)): bool(value)
            for name, value in (values or {}).items()
            if name.startswith(PREFIX)
        }
    )
