"""Single records: paths, paging, values, and what reads back."""

from __future__ import annotations

import pytest

PEOPLE = [{"id": n, "properties": {"email": f"p{n}@example.com"}} for n in (51, 101, 151)]


@pytest.mark.parametrize(
    "path",
    [
        "/crm/v3/objects/contacts",
        "/crm/v3/objects/contact/",
        "/crm/v3/objects/CONTACT",
        "/crm/v3/objects/0-1",
        "/crm/objects/2026-03/contacts",
        "/crm/objects/2026-03/0-1/",
        "/crm/objects/v3/contacts",
    ],
)
def test_every_spelling_of_the_path_leads_to_contacts(start, path):
    """Both generations, all aliases, with and without a slash at the end."""
    reply = start(contacts=PEOPLE).call("GET", path)
    assert [r["id"] for r in reply.json()["results"]] == ["51", "101", "151"]


def test_an_unknown_type_is_told_without_a_category(account):
    """A type HubSpot cannot infer is a 400 of three keys."""
    reply = account.call("GET", "/crm/v3/objects/butterflies")
    assert reply.status_code == 400
    assert reply.json()["message"] == "Unable to infer object type from: butterflies"
    assert set(reply.json()) == {"status", "message", "correlationId"}


def test_a_type_that_is_not_built_says_so(account):
    """Products answer 501 instead of pretending."""
    reply = account.call("GET", "/crm/v3/objects/products")
    assert (reply.status_code, "products" in reply.json()["remedy"]) == (501, True)


def test_the_link_to_the_next_page_asks_the_same(start):
    """Whoever follows the link gets the properties they asked for (recorded)."""
    asked = {"limit": 1, "properties": "email,city"}
    reply = start(contacts=PEOPLE).call("GET", "/crm/v3/objects/contacts", params=asked)
    link = reply.json()["paging"]["next"]["link"]
    assert link == (
        "https://api.hubapi.com/crm/objects/v3/contacts"
        "?offset_param=after&limit=1&properties=email%2Ccity&after=52"
    )


def test_a_list_is_paged_by_the_last_id_plus_one(start):
    """The cursor is last id + 1 and the last page has no paging."""
    account = start(contacts=PEOPLE)
    first = account.call("GET", "/crm/v3/objects/contacts", params={"limit": 2}).json()
    assert first["paging"]["next"]["after"] == "102"
    second = account.call(
        "GET", "/crm/v3/objects/contacts", params={"limit": 2, "after": "102"}
    ).json()
    assert ([r["id"] for r in second["results"]], "paging" in second) == (["151"], False)


@pytest.mark.parametrize(("restarts", "ids"), [(True, ["51", "101", "151"]), (False, [])])
def test_a_cursor_past_the_end(start, restarts, ids):
    """By default the list starts again, as recorded; the switch makes it empty."""
    switches = {"hubspot.after_beyond_end_restarts": restarts}
    account = start(switches=switches, contacts=PEOPLE)
    reply = account.call("GET", "/crm/v3/objects/contacts", params={"after": "99999"})
    assert [r["id"] for r in reply.json()["results"]] == ids


def test_a_page_has_at_most_a_hundred(account):
    """limit=101 is refused."""
    reply = account.call("GET", "/crm/v3/objects/contacts", params={"limit": 101})
    assert reply.status_code == 400


def test_archived_true_lists_only_the_recycle_bin(start):
    """`archived=True` with a capital works, and shows when it was archived."""
    account = start(contacts=PEOPLE)
    assert account.call("DELETE", "51").status_code == 204
    assert account.call("DELETE", "51").status_code == 204
    reply = account.call("GET", "/crm/v3/objects/contacts", params={"archived": "True"})
    found = reply.json()["results"]
    assert [(r["id"], r["archived"]) for r in found] == [("51", True)]
    assert found[0]["archivedAt"] == "2026-11-23T09:00:00Z"
    assert account.call("GET", "51", params={"archived": "true"}).status_code == 200
    assert account.call("GET", "101", params={"archived": "true"}).status_code == 404


@pytest.mark.parametrize(
    "params", [[("properties", "city,phone")], [("properties", "city"), ("properties", "phone")]]
)
def test_properties_may_be_repeated_or_joined_and_unknown_ones_vanish(start, params):
    """Asked properties come with the three that always come; undefined ones are left out."""
    account = start(contacts=[{"id": 51, "properties": {"city": "Oslo"}}])
    reply = account.call("GET", "51", params=[*params, ("properties", "no_such_thing")])
    found = reply.json()["properties"]
    assert set(found) == {"city", "phone", "createdate", "hs_object_id", "lastmodifieddate"}
    assert (found["city"], found["phone"]) == ("Oslo", None)


@pytest.mark.parametrize("html", [True, False])
def test_a_missing_contact_is_an_html_page_unless_switched(start, html):
    """The 404 of a single record cannot be parsed as JSON by default."""
    account = start(switches={"hubspot.html_404_for_contacts": html})
    reply = account.call("GET", "999")
    assert reply.status_code == 404
    kind = "text/html;charset=iso-8859-1" if html else "application/json;charset=utf-8"
    assert reply.headers["content-type"] == kind
    assert reply.headers.get("x-hubspot-notfound") == "true"  # recorded with JSON as well


def test_a_cleared_property_reads_back_empty_and_one_never_set_as_null(account):
    """An empty string clears, and the difference stays visible."""
    contact = account.create(email="a@example.com", city="Oslo")
    account.call("PATCH", contact, json={"properties": {"city": ""}})
    found = account.read(contact, "city", "phone")
    assert (found["city"], found["phone"]) == ("", None)


def test_values_are_stored_as_strings(start):
    """Numbers and booleans come back as strings, dates as UTC without empty fractions."""
    account = start(
        custom_properties=[
            {"name": "score", "label": "Score", "type": "number", "fieldType": "number"},
            {"name": "agreed", "label": "Agreed", "type": "bool", "fieldType": "booleancheckbox"},
            {"name": "seen_at", "label": "Seen", "type": "datetime", "fieldType": "date"},
            {"name": "born", "label": "Born", "type": "date", "fieldType": "date"},
        ]
    )
    contact = account.create(
        email="a@example.com", score=15000, agreed=True, seen_at="2026-12-31", born=86_400_000
    )
    found = account.read(contact, "score", "agreed", "seen_at", "born")
    seen = [found[n] for n in ("score", "agreed", "seen_at", "born")]
    assert seen == ["15000", "true", "2026-12-31T00:00:00Z", "1970-01-02"]


def test_an_email_is_lower_cased_and_unique(account):
    """The second contact with one address is a 409 that names the first only in its text."""
    first = account.create(email="Ann@Example.com")
    assert account.read(first, "email")["email"] == "ann@example.com"
    reply = account.call(
        "POST", "/crm/v3/objects/contacts", json={"properties": {"email": "ANN@example.com"}}
    )
    body = reply.json()
    assert (reply.status_code, body["category"]) == (409, "CONFLICT")
    assert body["message"] == f"Contact already exists. Existing ID: {first}"
    assert "context" not in body


def test_taking_anothers_email_is_a_400_with_coordinates(account):
    """An update cannot take an address that another contact has."""
    first, second = account.create(email="a@example.com"), account.create(email="b@example.com")
    reply = account.call("PATCH", second, json={"properties": {"email": "a@example.com"}})
    assert reply.status_code == 400
    assert reply.json()["message"].startswith("Cannot set PropertyValueCoordinates{portalId=")
    assert reply.json()["message"].endswith(f"on {second}. {first} already has that value.")
    assert account.read(second, "email")["email"] == "b@example.com"


def test_an_archived_contacts_email_is_free_at_once(account):
    """The same address can be created again with a new id."""
    first = account.create(email="a@example.com")
    account.call("DELETE", first)
    assert account.create(email="a@example.com") != first


@pytest.mark.parametrize(
    ("properties", "code", "words"),
    [
        ({"nope": "x"}, "PROPERTY_DOESNT_EXIST", 'Property "nope" does not exist'),
        ({"email": "not an address"}, "INVALID_EMAIL", "Email address not an address is invalid"),
        (
            {"hs_lead_status": "Warm"},
            "INVALID_OPTION",
            "Warm was not one of the allowed options: [NEW",
        ),
        (
            {"notes_last_contacted": "2026-01-01"},
            "READ_ONLY_VALUE",
            '"notes_last_contacted" is a read only property; its value cannot be set.',
        ),
        ({"hs_unique_creation_key": "k"}, "READ_ONLY_VALUE", '"hs_unique_creation_key" is a read'),
        (
            {"closedate": "invalid"},
            "INVALID_LONG",
            "invalid was not a valid long. Portal 8675309, object type 0-1",
        ),
    ],
)
def test_a_bad_value_rejects_the_record(account, properties, code, words):
    """One bad property is a 400 with the vendor's code and words, and nothing is written."""
    reply = account.call(
        "POST", "/crm/v3/objects/contacts", json={"properties": {"firstname": "A", **properties}}
    )
    error = reply.json()["errors"][0]
    assert (reply.status_code, error["code"]) == (400, code)
    assert error["message"].startswith(words)
    assert account.people("contacts")["contacts"] == []


def test_a_contact_needs_a_name_or_an_address(account):
    """Without any of the three the vendor says what is missing."""
    reply = account.call("POST", "/crm/v3/objects/contacts", json={"properties": {"city": "Oslo"}})
    assert reply.status_code == 400
    assert reply.json()["context"]["properties"] == ["email", "firstname", "lastname"]


def test_a_write_echoes_what_was_sent_and_some_computed_values(account):
    """The answer of a write is not the whole record, and says who made it."""
    account.create(email="a@example.com", city="Oslo", phone="+1 555 0100")
    contact = account.people("contacts")["contacts"][0]["id"]
    body = account.call("PATCH", contact, json={"properties": {"city": "Rome"}}).json()
    assert body["properties"]["city"] == "Rome"
    assert "phone" not in body["properties"]
    assert body["updatedAt"] == body["properties"]["lastmodifieddate"]


def test_a_lifecycle_stage_only_moves_forward(account):
    """Going back needs a clearing first."""
    contact = account.create(email="a@example.com", lifecyclestage="customer")
    account.call("PATCH", contact, json={"properties": {"lifecyclestage": "lead"}})
    assert account.read(contact, "lifecyclestage")["lifecyclestage"] == "customer"
    account.call("PATCH", contact, json={"properties": {"lifecyclestage": ""}})
    account.call("PATCH", contact, json={"properties": {"lifecyclestage": "lead"}})
    assert account.read(contact, "lifecyclestage")["lifecyclestage"] == "lead"


def test_a_record_is_found_by_email_percent_encoded_in_the_path(account):
    """idProperty=email reads and writes; a property that is not unique is refused."""
    contact = account.create(email="a+b@example.com")
    path = "/crm/v3/objects/contacts/a%2Bb%40example.com"
    assert account.call("GET", path, params={"idProperty": "email"}).json()["id"] == contact
    reply = account.call(
        "PATCH", path, params={"idProperty": "email"}, json={"properties": {"city": "Oslo"}}
    )
    assert (reply.status_code, account.read(contact, "city")["city"]) == (200, "Oslo")
    refused = account.call("GET", "x", params={"idProperty": "city"})
    assert refused.json()["message"] == (
        "Unable to perform read by non-unique 0-1 property city in portal ID 8675309"
    )


def test_history_tells_who_wrote_what_and_when(account):
    """Newest first, the API as INTEGRATION with the app's id, a person as CRM_UI."""
    contact = account.create(email="a@example.com", city="Oslo")
    account.advance(5)
    account.people("edit", id=contact, properties={"city": "Rome"})
    reply = account.call("GET", contact, params={"propertiesWithHistory": "city"})
    versions = reply.json()["propertiesWithHistory"]["city"]
    seen = [(v["value"], v["timestamp"], v["sourceType"]) for v in versions]
    assert seen == [
        ("Rome", "2026-11-23T09:00:05Z", "CRM_UI"),
        ("Oslo", "2026-11-23T09:00:00Z", "INTEGRATION"),
    ]
    assert versions[1]["sourceId"] == "19083857"


def test_a_merge_keeps_the_history_of_both(account):
    """The survivor's history holds what both had, oldest last."""
    first = account.create(email="a@example.com", city="Oslo")
    account.advance(1)
    second = account.create(email="b@example.com", phone="+1 555 0101")
    new = account.people("merge", primary=first, other=second)["id"]
    reply = account.call("GET", new, params={"propertiesWithHistory": "city,phone,email"})
    history = reply.json()["propertiesWithHistory"]
    values = {name: [v["value"] for v in versions] for name, versions in history.items()}
    assert values["city"] == ["Oslo"]
    assert values["phone"][-1] == "+1 555 0101"
    assert set(values["email"]) == {"a@example.com", "b@example.com"}


def test_a_written_record_is_touched_once_more_by_itself(account):
    """Between 0.7 and 25 seconds after a write lastmodifieddate is newer, and then rests."""
    contact = account.create(email="a@example.com")
    before = account.read(contact)["lastmodifieddate"]
    account.advance(0.6)
    assert account.read(contact)["lastmodifieddate"] == before
    account.advance(25)
    after = account.read(contact)["lastmodifieddate"]
    assert after > before
    account.advance(100)
    assert account.read(contact)["lastmodifieddate"] == after


@pytest.mark.parametrize("bumps", [True, False])
def test_writing_the_same_value_renews_the_date_or_not(start, bumps):
    """Unverified at the vendor, so both can be had."""
    account = start(
        switches={"hubspot.same_value_bumps": bumps},
        contacts=[{"id": 51, "properties": {"city": "Oslo"}}],
    )
    before = account.read("51")["lastmodifieddate"]
    account.call("PATCH", "51", json={"properties": {"city": "Oslo"}})
    assert (account.read("51")["lastmodifieddate"] != before) is bumps


def test_bad_json_is_refused(account):
    """Broken JSON is a 400 in the vendor's words."""
    reply = account.call("POST", "/crm/v3/objects/contacts", content=b"{")
    assert (reply.status_code, reply.json()["message"][:19]) == (400, "Invalid input JSON ")


def test_account_details_are_on_both_paths(start):
    """The portal id of the seed is answered."""
    account = start(portal_id=4242)
    for path in ("/account-info/v3/details", "/account-info/2026-03/details"):
        assert account.call("GET", path).json()["portalId"] == 4242


def test_an_unknown_switch_is_refused(start):
    """A misspelt switch stops the seed instead of doing nothing."""
    from outreach_sandbox.hubspot.switches import from_mapping

    with pytest.raises(ValueError, match="same_value_bump"):
        from_mapping({"hubspot.same_value_bump": True})


def test_what_follows_from_a_cleared_value_is_cleared_with_it(account):
    """Domain, display name and searchable number do not outlive their source."""
    contact = account.create(email="ann@acme.example.com", phone="+1 555 0100", firstname="Ann")
    account.call("PATCH", contact, json={"properties": {"phone": "", "email": ""}})
    names = ("hs_email_domain", "hs_searchable_calculated_phone_number", "hs_full_name_or_email")
    found = account.read(contact, *names)
    assert [found[name] for name in names] == ["", "", "Ann"]


@pytest.mark.parametrize("text", ["nan", "1_000", "inf", "0x10", ""])
def test_a_number_is_written_as_digits(account, text):
    """What another language would take for a number is refused; empty clears."""
    deal = account.make("deals", dealname="Roof", amount="12.50")
    reply = account.call(
        "PATCH", f"/crm/v3/objects/deals/{deal}", json={"properties": {"amount": text}}
    )
    assert reply.status_code == (400 if text else 200)
    assert account.see("deals", deal, "amount")["amount"] == ("12.50" if text else "")


@pytest.mark.parametrize(
    ("name", "sent", "long"),
    [
        ("contacts", {"email": "ann@example.com"}, "message"),
        ("emails", {"hs_timestamp": 1, "hs_email_direction": "EMAIL"}, "hs_email_text"),
        ("notes", {"hs_timestamp": 1}, "hs_note_body"),
    ],
)
def test_a_text_holds_65536_characters(account, name, sent, long):
    """That many are kept to the last one; one more is refused and names the property."""
    body = "x" * 65_536
    made = account.make(name, **sent, **{long: body})
    assert account.see(name, made, long)[long] == body
    reply = account.call(
        "POST", f"/crm/v3/objects/{name}", json={"properties": {**sent, long: body + "x"}}
    )
    assert reply.status_code == 400
    assert reply.json()["errors"][0]["context"] == {"propertyName": [long]}
