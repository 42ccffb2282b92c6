"""A campaign under way: the outreach system sends and hears back, and what HubSpot shows of it.

The rule: as in ``story.py``, everything is done and read as a person or another program would.
"""

from __future__ import annotations

from typing import Any

from harness.story import row_number
from harness.world import World

YES = "Yes, we are interested. Please call me on Tuesday at ten."
NO = "No thank you, please remove us from your list."
WELL = "Who is this?"
SENT = 12
REPLIES = (YES, NO, WELL, YES, NO)


def mails(world: World) -> list[str]:
    """Return the businesses' addresses, as HubSpot stores them, in the order of the sheet."""
    return [row["Email"].strip().lower() for row in world.rows() if row["Email"]]


def send(world: World, mail: str, at: str) -> None:
    """Let the outreach system send to a business, at this wall time of its own machine."""
    world.control.people("google", "outreach_send", row=find(world, mail), at=at)


def answer(world: World, mail: str, at: str, text: str) -> None:
    """Let it see an answer: it clears Date Approved and Date Sent."""
    world.control.people("google", "outreach_reply", row=find(world, mail), at=at, text=text)


def find(world: World, mail: str) -> int:
    """Return the row of a business."""
    (typed,) = {row["Email"] for row in world.rows() if row["Email"].strip().lower() == mail}
    return row_number(world, typed)


def sent_at(number: int) -> str:
    """Return when the n-th business was written to, in wall time of Istanbul."""
    return f"2026-11-{10 + number:02d} 14:{number:02d}:33"


def in_utc(number: int) -> str:
    """Return the same in UTC; Istanbul is three hours ahead all year."""
    return f"2026-11-{10 + number:02d}T11:{number:02d}:33Z"


def play(world: World, *, see_sent: bool, run: Any) -> list[str]:
    """Send to twelve businesses and hear back from five; return the addresses written to.

    Args:
        world: A world whose first sync is delivered, or not yet begun.
        see_sent: Whether a run falls between the sending and the answers.
        run: What runs the job.
    """
    chosen = mails(world)[:SENT]
    for number, mail in enumerate(chosen):
        send(world, mail, sent_at(number))
    if see_sent:
        run()
    for number, text in enumerate(REPLIES):
        answer(world, chosen[number], f"2026-11-25 0{number}:30:00", text)
    run()
    return chosen


def records(world: World, obj: str) -> list[dict[str, Any]]:
    """Return HubSpot's live records of an object with their associations."""
    found = world.control.people("hubspot", "records", object=obj)["records"]
    return [record for record in found if not record["archived"]]


def outgoing(world: World) -> list[dict[str, Any]]:
    """Return the e-mails that went out, as logged."""
    return [e for e in records(world, "emails") if e["properties"]["hs_email_direction"] == "EMAIL"]


def incoming(world: World) -> list[dict[str, Any]]:
    """Return the answers, as logged."""
    return [e for e in records(world, "emails") if e["properties"]["hs_email_direction"] != "EMAIL"]


def tied(record: dict[str, Any], obj: str) -> list[str]:
    """Return the ids of another object a record is associated with."""
    return sorted({end["id"] for end in record["associations"] if end["to"] == obj})


def addresses(world: World) -> dict[str, str]:
    """Return the e-mail address of each contact by its id."""
    return {c["id"]: c["properties"]["email"] for c in world.contacts()}


def written_to(world: World) -> list[str]:
    """Return whom the logged e-mails went to, one entry an e-mail."""
    who = addresses(world)
    return sorted(who[end] for email in outgoing(world) for end in tied(email, "contacts"))
