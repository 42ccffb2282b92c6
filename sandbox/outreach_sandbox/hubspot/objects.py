"""Object types: what differs between contacts, companies, deals and the rest.

The one rule: rule modules ask the `ObjectType` and never compare type names.

https://developers.hubspot.com/docs/guides/api/crm/understanding-the-crm#object-type-ids
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from outreach_sandbox.hubspot.wire import NotBuiltError, Problem, RefusedError

if TYPE_CHECKING:
    from outreach_sandbox.hubspot.portal import Portal
    from outreach_sandbox.hubspot.schema import Schema
    from outreach_sandbox.hubspot.switches import Switches

T = TypeVar("T")

# object type id -> (plural, singular) as paths may spell them
KNOWN_TYPES = {
    "0-1": ("contacts", "contact"),
    "0-2": ("companies", "company"),
    "0-3": ("deals", "deal"),
    "0-5": ("tickets", "ticket"),
    "0-7": ("products", "product"),
    "0-27": ("tasks", "task"),
    "0-46": ("notes", "note"),
    "0-47": ("meetings", "meeting"),
    "0-48": ("calls", "call"),
    "0-49": ("emails", "email"),
}
_ALIASES = {alias: type_id for type_id, names in KNOWN_TYPES.items() for alias in (type_id, *names)}


@dataclass(frozen=True)
class Judgement:
    """What an account thinks of values: its objections, and what follows from them."""

    faults: tuple[dict[str, Any], ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)


# (account, the record's present properties, the checked new ones)
Judge = Callable[["Portal", Mapping[str, str], Mapping[str, str]], Judgement]


@dataclass(frozen=True)
class ObjectType:
    """The facts one object type is registered with.

    `derive` gives values HubSpot computes from the others at once, "" where there is nothing to
    compute from (`derived` drops those never set); `at_creation` the ones it sets when a record is
    made; `occasional` names those of which a write echoes only some.
    `judge` objects to values that depend on the account; `contacted` is there for activities and
    tells whether one counts as having contacted somebody; `logged_as` names the property that has
    the time of the latest like it; `counted` says that values of associated records follow from it; `scopes` is the
    object in the names of the scopes it needs, `schema_scope` the one its properties need instead,
    and without `content_scope` nobody sees the properties in `content`; `merged_values` names a value and the
    property where that of a record merged away is kept; `main_company` is the property that names
    the primary company, and associates it when it is written.
    """

    type_id: str
    name: str
    label: str
    modified_property: str
    default_properties: tuple[str, ...]
    always_shown: tuple[str, ...]
    schema: Callable[[], Schema]
    derive: Callable[[Mapping[str, str]], dict[str, str]]
    at_creation: Callable[[str], dict[str, str]]
    echoed: tuple[str, ...]
    occasional: tuple[str, ...]
    required_any: tuple[str, ...] = ()
    required_all: tuple[str, ...] = ()
    conflict_text: str = ""
    created_property: str = "createdate"
    echoed_at_creation: tuple[str, ...] = ()
    judge: Judge | None = None
    contacted: Callable[[Mapping[str, str], Switches], bool] | None = None
    logged_as: Callable[[Mapping[str, str]], str] | None = None
    counted: bool = False
    scopes: str = "contacts"
    schema_scope: str = ""
    content_scope: str = ""
    content: tuple[str, ...] = ()
    merges: bool = True
    merged_values: tuple[str, str] | None = None
    all_ids: str | None = None
    company_by: str | None = None
    main_company: str | None = None
    natural_key: str | None = None
    additional_keys: str | None = None
    forward_only: tuple[str, tuple[str, ...]] | None = None
    bumps: bool = True
    searched_by_query: tuple[str, ...] = ()


def derived(object_type: ObjectType, properties: Mapping[str, str]) -> dict[str, str]:
    """What follows from these values, emptied where it followed from values that are gone."""
    found = object_type.derive(properties)
    return {name: value for name, value in found.items() if value or properties.get(name)}


def type_id_of(spelling: str) -> str:
    """The type id of a path segment: `contacts`, `contact`, `CONTACT` and `0-1` are one.

    https://developers.hubspot.com/docs/guides/api/crm/using-object-apis
    """
    found = _ALIASES.get(spelling.lower())
    if found is None:
        raise RefusedError(
            Problem(400, f"Unable to infer object type from: {spelling}", category=None)
        )
    return found


def registered(types: Mapping[str, T], spelling: str) -> T:
    """The registered type behind a path segment."""
    type_id = type_id_of(spelling)
    if type_id not in types:
        raise NotBuiltError(f"object type {KNOWN_TYPES[type_id][0]}")
    return types[type_id]
