"""What happens to a campaign is on the contacts' timelines, once: e-mails, answers, deals, companies."""

from __future__ import annotations

from collections import Counter

import pytest

from harness import campaign
from harness.campaign import addresses, in_utc, incoming, outgoing, play, records, tied
from harness.story import in_step, rerun, row_of
from harness.world import World


def run(world: World):
    return lambda: rerun(world)


@pytest.mark.parametrize("see_sent", [True, False], ids=["Sent was seen", "Sent never was"])
def test_twelve_emails_and_two_deals_once_each(world: World, see_sent: bool):
    """Twelve were written to and five answered, two of them positively."""
    in_step(world, keep="crm")
    chosen = play(world, see_sent=see_sent, run=run(world))
    rerun(world)
    rerun(world)

    who = addresses(world)
    by_mail = {who[tied(email, "contacts")[0]]: email["properties"] for email in outgoing(world)}
    assert sorted(chosen) == sorted(by_mail)
    assert 12 == len(outgoing(world))
    seen = chosen if see_sent else chosen[len(campaign.REPLIES) :]
    right = {mail: in_utc(n) for n, mail in enumerate(chosen) if mail in seen}
    assert right == {m: by_mail[m]["hs_timestamp"].replace(".000Z", "Z") for m in right}
    assert 5 == len(incoming(world))
    assert 2 == len(records(world, "deals"))
    assert {"SENT"} == {email["properties"]["hs_email_status"] for email in outgoing(world)}
    for mail in set(chosen) - set(seen):
        assert "time estimated" in by_mail[mail]["hs_email_text"]


def test_companies_are_made_once_and_everybody_is_in_theirs(world: World):
    """A company per website host; nobody on a shared host or without a website has one."""
    in_step(world, keep="crm")
    rerun(world)
    found = records(world, "companies")
    domains = Counter(company["properties"]["domain"] for company in found)
    ids = {company["id"]: company["properties"]["domain"] for company in found}
    hosts = {
        contact["properties"]["email"]: [ids[end] for end in tied(contact, "companies")]
        for contact in records(world, "contacts")
    }

    assert {1} == set(domains.values())
    assert 22 == len(domains)
    assert "instagram.com" not in domains
    assert ["bluefinch.example.com"] == hosts["hello@bluefinch.example.com"]
    assert [] == hosts["merhaba@ucnokta.example.com"]
    assert [] == hosts["adaterzi@example.com"]


def test_last_contacted_is_date_sent(world: World):
    """HubSpot's own roll-up of the logged e-mail is read back into the sheet."""
    in_step(world, keep="crm")
    mail = campaign.mails(world)[0]
    campaign.send(world, mail, "2026-11-20 09:15:42")
    rerun(world)
    rerun(world)

    row = row_of(world, "hello@bluefinch.example.com")
    assert "2026-11-20 09:15:42" == row["Date Sent"] == row["Last Contacted"]
    contact = world.contact(mail)["properties"]
    assert "ATTEMPTED_TO_CONTACT" == contact["hs_lead_status"]
    assert row["Generated Subject"] == contact["outreach_last_subject"]
    assert contact["outreach_last_contacted"].startswith("2026-11-20T06:15:42")
