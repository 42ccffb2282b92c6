"""Creates deals that no ledger planned; one that is there already stays as it is.

Rule: a deal that names a contact is not made without it, for it would never be tied to it later.

https://developers.hubspot.com/docs/guides/api/crm/objects/deals
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outreach_adapters.hubspot.answers import TRACE
from outreach_adapters.hubspot.client import HubSpotClient
from outreach_adapters.hubspot.sending import send
from outreach_adapters.singer.contracts import text
from outreach_core.errors import ConfigError
from target_hubspot_activities.contracts import DEALS as CONTRACT
from target_hubspot_activities.deals import deal_properties
from target_hubspot_activities.made import Tie, inline
from target_hubspot_activities.people import Belongings
from target_hubspot_activities.plain_answers import Reject, settle
from target_hubspot_activities.repeats import first_per

Body = dict[str, Any]
Record = Mapping[str, Any]
DEALS = "deals"


@dataclass(frozen=True)
class Making:
    """What making deals needs.

    Attributes:
        owner_of: Returns the id of a record's owner, if it names one.
        before: Called before every request; may stop the program.
        reject: Keeps a record with its reason.
    """

    client: HubSpotClient
    owner_of: Callable[[Record], str | None]
    before: Callable[[], None]
    reject: Reject

    def make(self, records: Sequence[Record]) -> None:
        """Create deals.

        | # | the deal | then |
        |---|---|---|
        | 1 | is no record of the contract, names an address or an owner that nobody has | refused |
        | 2 | came before in this batch | left out |
        | 3 | is there already | left as it is |
        | 4 | else | created |

        Raises:
            OutreachError: Nothing can be written now; some may have been.
        """
        usable = [record for record in records if self._is_usable(record)]  # (1)
        first, _ = first_per(usable, lambda record: text(record, "event_key"))  # (2)
        found = Belongings(self.client, first, self.before)
        found.look()
        ready: list[Record] = []
        inputs: list[Body] = []
        for record in first:
            body = self._body(record, found.ties(record))
            if body is not None:
                ready.append(record)
                inputs.append({**body, TRACE: str(len(inputs))})
        answers = send(
            lambda some: self.client.batch_create(some, DEALS), inputs, before=self.before
        )
        settle(ready, answers, self.reject, fine=("conflict",))  # (3) (4)

    def _is_usable(self, record: Record) -> bool:
        trouble = CONTRACT.trouble(record)
        if trouble:
            self.reject(record, trouble)
        return trouble is None

    def _body(self, record: Record, ties: Sequence[Tie] | None) -> Body | None:
        if ties is None:
            self.reject(record, {"code": "no_contact", "message": "No contact has this address."})
            return None
        try:
            owner = self.owner_of(record)
        except ConfigError as error:
            if error.code != "missing_owner":
                raise
            self.reject(record, {"code": error.code, "message": "No owner has this address."})
            return None
        return {
            "properties": deal_properties(record, owner),
            "associations": inline(DEALS, ties),
        }
