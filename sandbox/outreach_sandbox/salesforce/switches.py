"""Salesforce behaviours that nobody has verified or that depend on the org, each with a default.

The one rule: what documentation and recordings leave open is a switch here and nowhere else, so
that a client can be shown to work with both settings.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "salesforce."


@dataclass(frozen=True)
class Switches:
    """One field per open question; `salesforce.<field>` is its name in a seed.

    | switch | true | false |
    |---|---|---|
    | rotate_refresh_tokens | a refresh answers a new token and ends the old one | it does not |
    | session_slides | each call renews the session | it ends a fixed time after sign-in |
    | password_flows | OAuth password and SOAP sign-in are on | they are refused |
    | same_value_bumps | an update with equal values moves SystemModstamp | it does not |
    | rollup_bumps_modstamp | the LastActivityDate roll-up moves SystemModstamp | it does not |
    | duplicate_result_misspelled | `duplicateResut`, as captured | `duplicateResult` |
    | bad_type_fails_whole_collection | a date that is none is a 400 for all rows | for its row |
    | ext_field_in_body_refused | an upsert body may not repeat its key | it may |
    | task_on_lead_refuses_what | WhoId of a lead excludes WhatId | it does not |
    | composite_limits_queries | five queries or collections per composite | 25 |
    | trims_text | spaces around a text are dropped | they are kept |
    | per_app_usage | Sforce-Limit-Info counts the app too | the org only |
    | long_uri_refused | 414 from 16,384 characters on | any length |
    | merge_repoints_leads | a converted lead follows its contact into a merge | it names the loser |
    | package_deployed | the seed's custom fields are there from the start | `deploy` adds them |
    | deleted_read_says_so | reading a deleted record is ENTITY_IS_DELETED | NOT_FOUND |
    | bulk_create_is_201 | a new bulk job answers 201 | 200 |
    """

    rotate_refresh_tokens: bool = False
    session_slides: bool = False
    password_flows: bool = True
    same_value_bumps: bool = True
    rollup_bumps_modstamp: bool = False
    duplicate_result_misspelled: bool = True
    bad_type_fails_whole_collection: bool = True
    ext_field_in_body_refused: bool = True
    task_on_lead_refuses_what: bool = True
    composite_limits_queries: bool = True
    trims_text: bool = True
    per_app_usage: bool = False
    long_uri_refused: bool = True
    merge_repoints_leads: bool = False
    package_deployed: bool = True
    deleted_read_says_so: bool = False
    bulk_create_is_201: bool = False


def from_mapping(values: Mapping[str, object] | None) -> Switches:
    """Read the `salesforce.*` entries; a name that is not a switch is an error, not a silence."""
    given = {n: v for n, v in (values or {}).items() if n.startswith(PREFIX)}
    return thrown(Switches(), given)


def thrown(switches: Switches, values: Mapping[str, object]) -> Switches:
    """The switches with these set, with or without the prefix in their names."""
    known = {field.name for field in fields(Switches)}
    chosen = {name.removeprefix(PREFIX): bool(value) for name, value in values.items()}
    for name in chosen:
        if name not in known:
            raise ValueError(f"no such Salesforce switch: {name}; there are {sorted(known)}")
    return replace(switches, **chosen)
