"""Writes flat records that no ledger planned: each is upserted by the best key it has.

Rule: a blank value changes nothing, and a record without a key is refused, because saying it twice would
make two contacts.

https://developers.hubspot.com/docs/guides/api/crm/using-object-apis#upsert-records
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outreach_adapters.hubspot.answers import TRACE
from outreach_adapters.hubspot.client import HubSpotClient
from outreach_adapters.hubspot.sending import send
from outreach_adapters.singer.contracts import FOREIGN, text
from target_hubspot_activities.contracts import CONTACTS as CONTRACT
from target_hubspot_activities.plain_answers import Reject, settle
from target_hubspot_activities.repeats import rounds

Body = dict[str, Any]
KEYS = CONTRACT.any_of


@dataclass(frozen=True)
class Keyed:
    """A record, what of it is sent, and the key it is sent by."""

    record: Mapping[str, Any]
    name: str
    key: str
    properties: Mapping[str, Any]


def is_property(column: str) -> bool:
    """Whether a column of a stream is a property of a contact or a company."""
    return column != "id" and not re.match(FOREIGN, column)


def upsert(
    client: HubSpotClient,
    records: Sequence[Mapping[str, Any]],
    *,
    before: Callable[[], None],
    reject: Reject,
) -> None:
    """Write the records; those HubSpot refuses go to `reject`.

    Raises:
        OutreachError: Nothing can be written now; some records may have been.
    """
    keyed: list[Keyed] = []
    for record in records:
        trouble = CONTRACT.trouble(record)
        if trouble:
            reject(record, trouble)
        else:
            keyed.append(_keyed(record))
    for name in KEYS:
        of_kind = [item for item in keyed if item.name == name]
        for group in rounds(of_kind, lambda item: item.key.lower()):
            answers = send(_call(client, name), _inputs(group), before=before)
            settle([item.record for item in group], answers, reject)


def _keyed(record: Mapping[str, Any]) -> Keyed:
    given = {k: v for k, v in record.items() if is_property(k) and v is not None and v != ""}
    name = next(name for name in KEYS if text(record, name))
    return Keyed(record, name, text(record, name), given)


def _inputs(group: Sequence[Keyed]) -> list[Body]:
    inputs = []
    for number, item in enumerate(group):
        body: Body = {"id": item.key, "properties": dict(item.properties), TRACE: str(number)}
        if item.name != "id":
            body["idProperty"] = item.name
        inputs.append(body)
    return inputs


def _call(client: HubSpotClient, name: str) -> Callable[[Sequence[Body]], Body]:
    if name != "id":
        return client.batch_upsert
    return lambda inputs: client.batch_update(inputs, repeatable=True)
