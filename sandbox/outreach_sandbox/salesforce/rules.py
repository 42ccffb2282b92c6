"""What an administrator set up against bad records: validation rules and duplicate rules.

The one rule: a rule is data in the seed; its condition is a SOQL condition, true means wrong.

https://help.salesforce.com/s/articleView?id=sf.fields_about_field_validation.htm
https://developer.salesforce.com/docs/platform/api-rest/guide/headers-duplicaterules.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from outreach_sandbox.salesforce.soql_conditions import compile_condition
from outreach_sandbox.salesforce.soql_parser import parse_condition
from outreach_sandbox.salesforce.store import key_of
from outreach_sandbox.salesforce.wire import Problem, RefusedError, Values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from outreach_sandbox.salesforce.org import Org
    from outreach_sandbox.salesforce.store import Record, Table


@dataclass(frozen=True)
class ValidationRule:
    """`wrong` tells a record that may not be saved."""

    object: str
    wrong: Callable[[Record], bool]
    message: str
    field: str | None


@dataclass(frozen=True)
class DuplicateRule:
    """Records that agree in all `fields` are duplicates; alert lets a header override.

    `against` is the object whose records it compares with.
    """

    object: str
    against: str
    name: str
    fields: tuple[str, ...]
    alert: bool
    message: str


@dataclass(frozen=True)
class DuplicateHeader:
    """`Sforce-Duplicate-Rule-Header`; every part is false unless said."""

    allow_save: bool = False
    details: bool = False


def parse_header(text: str | None) -> DuplicateHeader:
    """`allowSave=true; includeRecordDetails=true`."""
    parts = {part.strip().lower().replace(" ", "") for part in (text or "").split(";")}
    return DuplicateHeader("allowsave=true" in parts, "includerecorddetails=true" in parts)


def validation_rule(org: Org, spec: Mapping[str, Any]) -> ValidationRule:
    """{object, when, message, field}: `when` is a SOQL condition on the record."""
    kind = org.whole_type(str(spec["object"]))
    wrong = compile_condition(org, kind, parse_condition(str(spec["when"])))
    message = str(spec.get("message", "This record may not be saved."))
    return ValidationRule(kind.name, wrong, message, spec.get("field"))


def duplicate_rule(org: Org, spec: Mapping[str, Any]) -> DuplicateRule:
    """{object, against, fields, action: block | alert, name, message}."""
    kind = org.type_named(str(spec["object"]))
    against = org.type_named(str(spec.get("against", kind.name)))
    action = str(spec.get("action", "block"))
    if action not in ("block", "alert"):
        raise ValueError("a duplicate rule's action is block or alert")
    return DuplicateRule(
        kind.name,
        against.name,
        str(spec.get("name", f"Standard_{kind.name}_Duplicate_Rule")),
        tuple(spec.get("fields", ("Email",))),
        action == "alert",
        str(spec.get("message", "Use one of these records?")),
    )


def check(org: Org, table: Table, record: Record, header: DuplicateHeader) -> None:
    """Refuse a record that a rule forbids: duplicates first, as the order of execution has it."""
    for duplicates in org.duplicate_rules:
        if duplicates.object == table.type.name and not (duplicates.alert and header.allow_save):
            matches = _matches(org.tables[duplicates.against], record, duplicates)
            if matches:
                raise _detected(org, duplicates, matches, header)
    for rule in org.validation_rules:
        if rule.object == table.type.name and rule.wrong(record):
            fields = (rule.field,) if rule.field else ()
            raise RefusedError(Problem("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message, fields))


def _matches(table: Table, record: Record, rule: DuplicateRule) -> list[Record]:
    first, *others = rule.fields
    return [
        other
        for other in table.having(first, record.values.get(first))
        if other.id != record.id
        and not other.values.get("IsConverted")
        and all(_same(table, name, record, other) for name in others)
    ]


def _same(table: Table, name: str, one: Record, other: Record) -> bool:
    item = table.type.fields[name]
    key = key_of(item, one.values.get(name))
    return key is not None and key == key_of(item, other.values.get(name))


def _detected(
    org: Org, rule: DuplicateRule, matches: list[Record], header: DuplicateHeader
) -> RefusedError:
    result = {
        "allowSave": rule.alert,
        "duplicateRule": rule.name,
        "duplicateRuleEntityType": rule.object,
        "errorMessage": rule.message,
        "matchResults": [
            {
                "entityType": rule.against,
                "errors": [],
                "matchEngine": "FuzzyMatchEngine",
                "matchRecords": [_shown(rule, record, header) for record in matches],
                "rule": f"Standard_{rule.against}_Match_Rule_v1_0",
                "size": len(matches),
                "success": True,
            }
        ],
    }
    misspelled = org.switches.duplicate_result_misspelled
    key = "duplicateResut" if misspelled else "duplicateResult"
    problem = Problem("DUPLICATES_DETECTED", rule.message, extra={key: result})
    return RefusedError(problem)


def _shown(rule: DuplicateRule, record: Record, header: DuplicateHeader) -> Values:
    url = f"/services/data/v60.0/sobjects/{rule.against}/{record.id}"
    shown: Values = {"attributes": {"type": rule.against, "url": url}, "Id": record.id}
    if header.details:
        shown |= {name: record.values.get(name) for name in ("Name", *rule.fields)}
    return {
        "additionalInformation": [],
        "fieldDiffs": [],
        "matchConfidence": 100.0,
        "record": shown,
    }
