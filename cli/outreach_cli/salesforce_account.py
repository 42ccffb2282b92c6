"""The door to Salesforce: what of the package in `salesforce/` an org lacks, and what its records show.

Rule: it looks and changes nothing. Fields come into an org by a deployment, which its administrator
makes with Salesforce's own command; this one says which, word for word as the package's page does.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from outreach_adapters.environment import SANDBOX
from outreach_adapters.salesforce import composite
from outreach_adapters.salesforce.account import CONTACT, LEAD, described
from outreach_adapters.salesforce.client import SalesforceClient
from outreach_adapters.salesforce.connect import connect
from outreach_adapters.salesforce.reading import CONVERTED, DELETED, Reading, value_of
from outreach_cli.doctor import Check
from outreach_cli.provision import MISSING, SALESFORCE, THERE, WRONG, Need, Needs
from outreach_cli.salesforce_checks import salesforce_checks
from outreach_cli.settings import Settings
from outreach_core.errors import Retriable
from outreach_core.mapping import SideRules

Body = Mapping[str, Any]

SIGN_IN = "sf org login web --alias my-org"
DEPLOY = (
    "RECEIVER_URL=https://receiver.example.org/salesforce/events "
    "sf project deploy start --target-org my-org --test-level RunLocalTests"
)
GRANT = (
    "sf org assign permset --target-org my-org --name Outreach_Sync_Integration "
    "--on-behalf-of USERNAME"
)
PAGE = "salesforce/README.md"
OBJECTS = ("Lead", "Contact", "Opportunity", "Task")
API_NAMES = {"leads": LEAD, "contacts": CONTACT}
NAMES = {
    "string": "text",
    "boolean": "checkbox",
    "datetime": "date and time",
    "reference": "lookup",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A field of the package; `type` is what a describe calls it."""

    object: str
    name: str
    type: str
    key: bool = False


_EVERYWHERE = (("Outreach_Id__c", "string", True),)
_MADE_BY_US = (
    ("Outreach_Campaign__c", "string", False),
    ("Outreach_Row_Link__c", "url", False),
    ("Outreach_Sync_Created__c", "boolean", False),
)
_PERSON = (
    ("Outreach_Last_Contacted__c", "datetime", False),
    ("Outreach_Last_Subject__c", "string", False),
    ("Responded__c", "boolean", False),
)
_FIELDS = {
    "Lead": (*_EVERYWHERE, *_MADE_BY_US, *_PERSON),
    "Contact": (*_EVERYWHERE, *_MADE_BY_US, *_PERSON),
    "Opportunity": (*_EVERYWHERE, *_MADE_BY_US, ("Source_Lead__c", "reference", False)),
    "Task": _EVERYWHERE,
}
PACKAGE = tuple(Wanted(of, *field) for of in OBJECTS for field in _FIELDS[of])


def provision_salesforce(
    settings: Settings, *, sleep: Callable[[float], None], rng: random.Random
) -> Needs:
    """Return what the org has of the package's fields, as the integration user sees them."""
    client = _connect(settings, sleep, rng)
    try:
        answers = client.ask([composite.describe(of, of) for of in OBJECTS])
        for answer in answers.values():
            if isinstance(answer, Retriable):
                raise answer
    except Retriable as error:
        raise Retriable(error.message, code=error.code, remedy=_remedy(settings)) from error
    return needs_of({of: described(answers, of) for of in OBJECTS})


def checks(
    about: str,
    settings: Settings,
    rules: SideRules,
    sleep: Callable[[float], None],
    rng: random.Random,
) -> tuple[Iterable[Check], Callable[[], float | None]]:
    """Return what `doctor` looks at, and Salesforce's clock as the last answer told it."""
    client = cache(lambda: _connect(settings, sleep, rng))
    package = partial(provision_salesforce, settings, sleep=sleep, rng=rng)
    looked = salesforce_checks(about, client, rules, lambda: package().items)
    return looked, lambda: client().vendor_now()


def _connect(
    settings: Settings, sleep: Callable[[float], None], rng: random.Random
) -> SalesforceClient:
    return connect(config_of(settings), sleep=sleep, rng=rng)


def config_of(settings: Settings) -> dict[str, str | None]:
    """Return the settings by the names the Salesforce plugins give them."""
    return {
        "outreach_environment": settings.environment,
        "connections_file": str(settings.connections_file),
        **settings.salesforce.to_config(),
    }


def read_records(
    settings: Settings,
    obj: str,
    ids: Sequence[str],
    places: Sequence[str],
    sleep: Callable[[float], None],
    rng: random.Random,
) -> dict[str, Body]:
    """Return the fields of the records with these ids; one that is deleted or converted is not there."""
    rows = Reading(_connect(settings, sleep, rng), API_NAMES[obj], places).by_ids(ids)
    return {
        row_id: {name: value_of(row, name) for name in places}
        for row_id, row in rows.items()
        if not row[DELETED] and not row.get(CONVERTED)
    }


def needs_of(fields: Mapping[str, Sequence[Body]]) -> Needs:
    """Return what is needed of the fields that an org describes, and what a person does about it."""
    items = tuple(item for of in OBJECTS for item in _of_object(of, fields.get(of) or ()))
    missing = any(item.state == MISSING for item in items)
    lacking = missing or any(item.state == WRONG for item in items)
    return Needs(items, SALESFORCE, tuple(_steps(missing=missing)) if lacking else ())


def _of_object(of: str, fields: Sequence[Body]) -> Iterable[Need]:
    if not fields:
        detail = "the integration user may not see it; assign Outreach_Sync_Integration"
        return [Need("object", of, WRONG, detail)]
    known = {str(field.get("name")): field for field in fields}
    return [_of_field(want, known.get(want.name)) for want in PACKAGE if want.object == of]


def _of_field(want: Wanted, told: Body | None) -> Need:
    """Compare one field with what an org says of it.

    | # | the org says | state |
    |---|---|---|
    | 1 | nothing: it is not there, or this user may not see it | missing |
    | 2 | it has another type | wrong |
    | 3 | it is a key, and not a unique external id | wrong |
    | 4 | this user may not change it | wrong |
    | 5 | else | there |
    """
    name = f"{want.object}.{want.name}"
    if told is None:  # (1)
        return Need("field", name, MISSING)
    if told.get("type") != want.type:  # (2)
        needed, there = NAMES.get(want.type, want.type), str(told.get("type"))
        return Need("field", name, WRONG, f"is of type {NAMES.get(there, there)}, not {needed}")
    if want.key and not (told.get("externalId") and told.get("unique")):  # (3)
        return Need("field", name, WRONG, "needs External ID and Unique")
    if not (told.get("createable") and told.get("updateable")):  # (4)
        detail = "the integration user may not change it; assign Outreach_Sync_Integration"
        return Need("field", name, WRONG, detail)
    return Need("field", name, THERE)  # (5)


def _steps(*, missing: bool) -> Iterable[str]:
    """Yield words and commands; a command is a line of its own."""
    yield f"In the folder `salesforce/` ({PAGE} says more):"
    yield SIGN_IN
    if missing:
        yield DEPLOY
    yield GRANT
    yield "USERNAME is the user whose credentials the sync has. Then run this again."


def _remedy(settings: Settings) -> str:
    if settings.environment == SANDBOX:
        return "Start the sandbox (make sandbox) and try again."
    return "Try again in a few minutes."
