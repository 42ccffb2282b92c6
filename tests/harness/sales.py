"""What Salesforce shows of a campaign, read as another program would; the twin of ``campaign.py``."""

from __future__ import annotations

from typing import Any

from harness.kills import sheet
from harness.world import World

# when it was written, and by whose hand
_STAMPS = ("CreatedDate", "LastModifiedDate", "SystemModstamp", "CompletedDateTime")
_LINKS = ("WhoId", "ContactId", "Source_Lead__c")


def live(world: World, obj: str) -> list[dict[str, Any]]:
    """Return the records of an object that are not deleted, as fields by API name."""
    found = world.control.people("salesforce", "records", object=obj)["records"]
    return [record for record in found if not record.get("IsDeleted")]


def lead(world: World, mail: str) -> dict[str, Any]:
    """Return the one lead with this address that was not converted."""
    (found,) = [
        one
        for one in live(world, "Lead")
        if (one.get("Email") or "").lower() == mail and not one.get("IsConverted")
    ]
    return found


def tasks(world: World) -> list[dict[str, Any]]:
    """Return the tasks that are about e-mails."""
    return [one for one in live(world, "Task") if one.get("TaskSubtype") == "Email"]


def whom(world: World) -> dict[str, str]:
    """Return the address of each lead and contact by its id."""
    people = [*live(world, "Lead"), *live(world, "Contact")]
    return {one["Id"]: (one.get("Email") or "").lower() for one in people}


def sent_to(world: World) -> list[str]:
    """Return whom the logged outgoing e-mails went to, one entry an e-mail."""
    who = whom(world)
    return sorted(who[t["WhoId"]] for t in tasks(world) if not t["Subject"].startswith("Re:"))


def edit(world: World, mail: str, **values: Any) -> None:
    """Edit a lead as a person does."""
    world.control.people("salesforce", "edit", id=lead(world, mail)["Id"], values=values)


def made(world: World) -> list[dict[str, Any]]:
    """Return the opportunities that positive answers became."""
    return [one for one in live(world, "Opportunity") if one.get("Outreach_Id__c")]


def once(world: World) -> list[str]:
    """Return the names of what must be there once: leads, logged e-mails, opportunities."""
    leads = [(one.get("Email") or one["Company"]).lower() for one in live(world, "Lead")]
    return leads + [one["Outreach_Id__c"] for one in tasks(world) + made(world)]


def final_state(world: World) -> dict[str, Any]:
    """Return everything a person would compare, ids and times left out."""
    who = whom(world)

    def shown(record: dict[str, Any]) -> list[tuple[str, str]]:
        """Return what a record shows; whom it is about is shown by the address."""
        kept = {
            name: str(value)
            for name, value in record.items()
            if value is not None and name not in _STAMPS and not name.lower().endswith("id")
        }
        kept.pop("Outreach_Id__c", None)
        links = {name: who.get(record[name], "?") for name in _LINKS if record.get(name)}
        return sorted((kept | links).items())

    objects = ("Lead", "Contact", "Task", "Opportunity")
    ends = {obj: sorted(shown(record) for record in live(world, obj)) for obj in objects}
    return {"sheet": sheet(world), **ends}
