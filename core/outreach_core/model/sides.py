"""The places a record is shown, and the words that name a record there."""

from __future__ import annotations

from enum import StrEnum


class Side(StrEnum):
    """One of the three holders of a record."""

    SHEET = "sheet"
    HUBSPOT = "hubspot"
    SALESFORCE = "salesforce"


CRM_SIDES = (Side.HUBSPOT, Side.SALESFORCE)


class LinkState(StrEnum):
    """Life of a link between a row and its record on one side (RECONCILE B1)."""

    ACTIVE = "active"
    ARCHIVED = "archived"  # the record was deleted in the CRM; the row stays
    DETACHED = "detached"  # the row is gone from the sheet; the CRM is untouched
    DUPLICATE = "duplicate"  # another row owns the record
    AMBIGUOUS = "ambiguous"  # several records match; a person chooses
    RELEASED = "released"  # a person gave the record up; another one is looked for, or made
