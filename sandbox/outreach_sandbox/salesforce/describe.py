"""The describe calls: what an org says about its objects and fields.

The one rule: a field this user may not see is not described at all.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm
"""

from __future__ import annotations

from typing import Any

from outreach_sandbox.salesforce.schema import NUMBERS, WRITABLE, Field, ObjectType

SOAP = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "double": "xsd:double",
    "currency": "xsd:double",
    "percent": "xsd:double",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "address": "urn:address",
}
MASTER_RECORD_TYPE = "012000000000000AAA"
NEVER = [
    "aiPredictionField",
    "autoNumber",
    "calculated",
    "cascadeDelete",
    "dependentPicklist",
    "deprecatedAndHidden",
    "displayLocationInDecimal",
    "encrypted",
    "formulaTreatNullNumberAsZero",
    "highScaleNumber",
    "htmlFormatted",
    "queryByDistance",
    "restrictedDelete",
    "searchPrefilterable",
    "writeRequiresMasterRead",
]
NOTHING = [
    "calculatedFormula",
    "controllerName",
    "defaultValueFormula",
    "extraTypeInfo",
    "filteredLookupInfo",
    "inlineHelpText",
    "mask",
    "maskType",
    "referenceTargetField",
    "relationshipOrder",
]


def describe_field(item: Field) -> dict[str, Any]:
    """One item of `fields`."""
    return {
        **dict.fromkeys(NEVER, False),
        **dict.fromkeys(NOTHING),
        **_facts(item),
        **_rights(item),
    }


def _facts(item: Field) -> dict[str, Any]:
    whole = item.type == "int"
    return {
        "name": item.name,
        "label": item.label,
        "type": item.type,
        "soapType": SOAP.get(item.type, "xsd:string"),
        "length": item.length,
        "byteLength": item.length if SOAP.get(item.type) == "tns:ID" else item.length * 3,
        "digits": item.precision if whole else 0,
        "precision": 0 if whole else item.precision,
        "scale": item.scale,
        "compoundFieldName": item.compound or None,
        "defaultValue": False if item.type == "boolean" else None,
        "picklistValues": [
            {
                "active": True,
                "defaultValue": value == item.default,
                "label": value,
                "validFor": None,
                "value": value,
            }
            for value in item.values
        ],
        "referenceTo": list(item.references),
        "relationshipName": item.relationship or None,
        "polymorphicForeignKey": item.name in ("WhoId", "WhatId"),
        "custom": item.custom,
        "externalId": item.external_id,
        "unique": item.unique,
        "caseSensitive": item.case_sensitive,
        "nameField": item.is_("N"),
        "namePointing": item.name in ("WhoId", "WhatId"),
    }


def _rights(item: Field) -> dict[str, Any]:
    filterable = item.is_("f")
    return {
        "createable": item.is_("c"),
        "updateable": item.is_("u"),
        "nillable": item.is_("n"),
        "defaultedOnCreate": item.is_("d"),
        "filterable": filterable,
        "sortable": item.is_("s"),
        "groupable": filterable and item.type not in (*NUMBERS[:3], "datetime", "address"),
        "aggregatable": filterable and item.type not in ("boolean", "address"),
        "idLookup": item.is_("i") or item.external_id,
        "restrictedPicklist": item.is_("R"),
        "permissionable": item.is_("p"),
    }


def describe_head(kind: ObjectType, base: str) -> dict[str, Any]:
    """One item of the list of objects."""
    writable = kind.name in WRITABLE
    whole = writable and kind.name != "OpportunityContactRole"
    url = f"{base}/sobjects/{kind.name}"
    return {
        "activateable": False,
        "createable": writable,
        "custom": False,
        "customSetting": False,
        "deepCloneable": kind.name == "Opportunity",
        "deletable": writable,
        "deprecatedAndHidden": False,
        "feedEnabled": whole,
        "hasSubtypes": False,
        "isInterface": False,
        "isSubtype": False,
        "keyPrefix": kind.prefix,
        "label": kind.label,
        "labelPlural": kind.plural,
        "layoutable": writable,
        "mergeable": kind.name in ("Account", "Contact", "Lead"),
        "mruEnabled": whole,
        "name": kind.name,
        "queryable": True,
        "replicateable": writable,
        "retrieveable": True,
        "searchable": whole,
        "triggerable": writable,
        "undeletable": whole,
        "updateable": writable,
        "urls": {"describe": f"{url}/describe", "rowTemplate": url + "/{ID}", "sobject": url},
    }


def describe_full(kind: ObjectType, base: str) -> dict[str, Any]:
    """The whole describe of one object."""
    return {
        "actionOverrides": [],
        "childRelationships": [],
        **describe_head(kind, base),
        "fields": [describe_field(item) for item in kind.fields.values()],
        "recordTypeInfos": [
            {
                "active": True,
                "available": True,
                "defaultRecordTypeMapping": True,
                "developerName": "Master",
                "master": True,
                "name": "Master",
                "recordTypeId": MASTER_RECORD_TYPE,
                "urls": {"layout": f"{base}/sobjects/{kind.name}/describe/layouts"},
            }
        ],
        "supportedScopes": [],
    }
