"""What each message becomes, as tables, and a run through the program with standard streams."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mapper_fields.mapper import MapperFields
from outreach_core.errors import ConfigError
from outreach_core.mapping import fingerprint, load_rules

RULES = Path(__file__).parents[2] / "rules"
AT = "2026-11-23T10:00:00+00:00"


def config(direction: str, side: str) -> dict[str, str]:
    """Settings of a mapper over the project's own rule files."""
    return {"direction": direction, "side": side, "rules_file": str(RULES / f"{side}.yml")}


def run(settings: dict[str, str], *messages: dict[str, Any]) -> list[dict[str, Any]]:
    """Map messages in this process and return what was written."""
    mapper = MapperFields(config=settings)
    written: list[dict[str, Any]] = []
    mapper.write_message = lambda message: written.append(message.to_dict())  # type: ignore[method-assign]
    mapper.listen(io.StringIO("".join(json.dumps(m) + "\n" for m in messages)))
    return json.loads(json.dumps(written, default=str))


def record(stream: str, **values: Any) -> dict[str, Any]:
    """A RECORD message."""
    return {"type": "RECORD", "stream": stream, "record": values}


def mapped(settings: dict[str, str], message: dict[str, Any]) -> dict[str, Any]:
    """The record that one record becomes."""
    (found,) = run(settings, message)
    return found["record"]


def contact(**properties: Any) -> dict[str, Any]:
    """A contact as tap-hubspot-crm emits it."""
    names = (
        *("company", "firstname", "lastname", "email", "phone", "website", "city"),
        *("hs_lead_status", "outreach_campaign", "outreach_row_link", "outreach_last_subject"),
        *("outreach_responded", "outreach_last_contacted"),
    )
    return record(
        "contacts",
        id="101",
        created_at=AT,
        updated_at=AT,
        archived=False,
        merged_ids=["99"],
        properties=dict.fromkeys(names) | properties,
    )


def test_row_becomes_canonical() -> None:
    """A row keeps its place and our cells; its own cells become fields and problems."""
    found = mapped(
        config("in", "sheet"),
        record(
            "businesses",
            row=2,
            sync_id=None,
            fingerprint="f",
            cells={"Business Name": "Acme", "Email": "no", "Phone": 12125550100, "Mine": 1},
            system={"Sync Status": "Synced"},
            version="7",
            read_at=AT,
        ),
    )

    fields, problems = found.pop("fields"), found.pop("problems")
    assert {
        "row": 2,
        "sync_id": None,
        "fingerprint": "f",
        "system": {"Sync Status": "Synced"},
        "version": "7",
        "read_at": AT,
        "host": None,
    } == found
    assert {"raw": 12125550100, "value": "12125550100", "key": "+12125550100"} == fields["phone"]
    assert {"raw": None, "value": None, "key": None} == fields["city"]
    assert ["email"] == list(problems)
    assert {"code", "field", "message", "shape", "remedy"} == {*problems["email"]}


def test_contact_becomes_canonical() -> None:
    """A contact names its side, its ids, all its addresses and what is only shown."""
    found = mapped(
        config("in", "hubspot"),
        contact(
            firstname="Sam",
            lastname="Sample",
            email="Sam@example.com",
            hs_additional_emails="old@example.com;SAM@example.com",
            outreach_row_id="r1",
            hs_lead_status="NEW",
            notes_last_contacted="",
        ),
    )

    fields = found.pop("fields")
    assert fingerprint(load_rules(RULES / "hubspot.yml")) == found.pop("rules")
    assert {
        "side": "hubspot",
        "object": "contacts",
        "record_id": "101",
        "external_id": "r1",
        "emails": ["sam@example.com", "old@example.com"],
        "archived": False,
        "merged_ids": ["99"],
        "updated_at": AT,
        "problems": {},
        "converted_to": None,
        "extra": {"crm_status": "NEW"},
    } == found
    assert {"raw": ["Sam", "Sample"], "value": "Sam Sample", "key": "Sam Sample"} == (
        fields["contact_person"]
    )


@pytest.mark.parametrize(
    ("more", "row_id"),
    [
        ({"op": "create"}, {"outreach_row_id": "r1"}),
        ({"op": "update"}, {}),
        ({"op": "update", "claim": True}, {"outreach_row_id": "r1"}),
    ],
)
def test_contact_to_write_is_flat(more: dict[str, Any], row_id: dict[str, str]) -> None:
    """Properties lie flat beside ``id``; the row's id goes along only where it belongs."""
    found = mapped(
        config("out", "hubspot"),
        record(
            "contacts",
            intent_id="i1",
            rid="r1",
            record_id="101",
            fields={"contact_person": "Sam Sample", "city": None},
            expected={"contact_person": ["Sam", None], "city": "Exampleton"},
            **more,
        ),
    )

    assert {
        "id": "101",
        "firstname": "Sam",
        "lastname": "Sample",
        "city": None,
        **row_id,
        "_sync": {
            "intent_id": "i1",
            "op": more["op"],
            "rid": "r1",
            "object": None,
            "company": None,
            "company_key": None,
            "expected": {"firstname": "Sam", "lastname": None, "city": "Exampleton"},
            "fields": {"contact_person": ["firstname", "lastname"], "city": ["city"]},
            "problems": {},
        },
    } == found


def test_cells_to_write_go_by_header() -> None:
    """Canonical values get their columns; our own cells pass; a field without a column is named."""
    found = mapped(
        config("out", "sheet"),
        record(
            "cells",
            intent_id="i1",
            rid="r1",
            row=2,
            fields={"phone": "+1 212 555 0100", "gone": "x"},
            expected={"phone": 12125550100},
            system={"Sync Status": "Synced"},
        ),
    )

    problems = found.pop("problems")
    assert {
        "intent_id": "i1",
        "rid": "r1",
        "row": 2,
        "cells": {"Phone": "+1 212 555 0100"},
        "expected": {"Phone": 12125550100},
        "system": {"Sync Status": "Synced"},
        "fields": {"phone": ["Phone"]},
    } == found
    assert "not_mapped" == problems["gone"]["code"]


@pytest.mark.parametrize(
    ("website", "host"),
    [
        ("https://www.shop.example.com/tea?x=1", "shop.example.com"),
        ("www.instagram.com/acme", None),
        ("acme.wixsite.com/tea", None),
        ("", None),
        ("not an address", None),
    ],
)
def test_a_row_names_its_companys_host(website: str, host: str | None) -> None:
    """Where everybody has a page, a website stands for no company."""
    found = mapped(config("in", "sheet"), record("businesses", row=2, cells={"Website": website}))

    assert host == found["host"]


@pytest.mark.parametrize(
    ("cell", "text", "expected"),
    [
        ("NEGATIVE", "Yes, please call me on Tuesday.", ("negative", True)),
        (None, "Yes, please call me on Tuesday.", ("positive", False)),
        ("perhaps", "Who is this?", ("unsure", False)),
    ],
)
def test_an_answer_is_judged(cell: str | None, text: str, expected: tuple[str, bool]) -> None:
    """The sheet's own word decides; where there is none, the reply rules do, carefully."""
    settings = {**config("in", "sheet"), "reply_rules_file": str(RULES / "replies.yml")}
    found = mapped(settings, record("replies", row=2, text=text, sentiment=cell))

    assert expected == (found["sentiment"], found["decided"])


def test_an_email_to_log_takes_its_public_form() -> None:
    """What happened stays as it is; the bounds of an estimated time are named."""
    payload = {
        "email": "sam@example.com",
        "name": "Sam Sample",
        "host": "a.example.com",
        "at": AT,
        "direction": "outgoing",
        "status": "sent",
        "subject": "Hello",
        "body": "Text",
        "between": [AT, None],
    }
    found = mapped(
        config("out", "hubspot"),
        record("emails", intent_id="i1", rid="r1", event_key="k", payload=payload),
    )

    assert {
        "event_key": "k",
        "contact_email": "sam@example.com",
        "contact_name": "Sam Sample",
        "company_domain": "a.example.com",
        "sent_at": AT,
        "direction": "outgoing",
        "status": "sent",
        "subject": "Hello",
        "body": "Text",
        "sender": None,
        "not_before": AT,
        "not_after": None,
        "_sync": {"intent_id": "i1", "rid": "r1"},
    } == found


def test_a_deal_to_create_is_as_the_rule_file_wants_it() -> None:
    """Pipeline, stage, amount and owner are the rule file's."""
    payload = {"email": "sam@example.com", "host": None, "name": "Acme", "close_at": AT}
    found = mapped(
        config("out", "hubspot"),
        record("deals", intent_id="i1", rid="r1", event_key="k", payload=payload),
    )

    assert ("Acme", "default", "appointmentscheduled") == (
        found["name"],
        found["pipeline"],
        found["stage"],
    )
    assert (None, None, AT) == (found["amount"], found["owner"], found["close_date"])


@pytest.mark.parametrize("side", ["hubspot", "salesforce"])
def test_a_side_says_with_which_rules_it_is_read(side: str) -> None:
    """Also where it could not be read; what was read with others has to be read anew."""
    told = {"side": side, "state": "misconfigured", "code": "c", "message": "m", "at": AT}

    found = mapped(config("in", side), record("side_status", **told))

    assert {**told, "rules": fingerprint(load_rules(RULES / f"{side}.yml"))} == found


@pytest.mark.parametrize("side", ["sheet", "hubspot"])
@pytest.mark.parametrize("direction", ["in", "out"])
def test_other_messages_pass_unchanged(direction: str, side: str) -> None:
    """Streams the rules do not speak of, versions and states pass as they are, in order."""
    messages = [
        {"type": "STATE", "value": {}},
        {
            "type": "SCHEMA",
            "stream": "crm_snapshots",
            "schema": {"properties": {"side": {"type": "string"}}},
            "key_properties": ["side"],
            "bookmark_properties": ["at"],
        },
        record("crm_snapshots", side=side, odd=[None, 1, 1.0, True]),
        {"type": "ACTIVATE_VERSION", "stream": "crm_snapshots", "version": 3},
        {"type": "STATE", "value": {"bookmarks": {"gather": {"seq": 2}, "x": None}}},
    ]

    assert messages == run(config(direction, side), *messages)


@pytest.mark.parametrize(
    ("direction", "side", "stream", "keys", "some"),
    [
        ("in", "sheet", "businesses", ["row"], {"fields", "problems", "sync_id"}),
        ("in", "hubspot", "contacts", ["side", "object", "record_id"], {"emails", "extra"}),
        ("out", "hubspot", "contacts", [], {"id", "outreach_row_id", "firstname", "_sync"}),
        ("out", "sheet", "cells", ["rid"], {"cells", "system", "expected"}),
    ],
)
def test_schema_is_rewritten(
    direction: str, side: str, stream: str, keys: list[str], some: set[str]
) -> None:
    """A mapped stream announces the form and keys of what follows."""
    before = {"type": "SCHEMA", "stream": stream, "schema": {"properties": {"old": {}}}}

    (found,) = run(config(direction, side), before)

    assert keys == found["key_properties"]
    assert some <= {*found["schema"]["properties"]}
    assert "old" not in found["schema"]["properties"]


def test_state_is_never_overtaken() -> None:
    """Every record that came before a STATE is written before it."""
    rows = [record("businesses", row=n, cells={}, system={}) for n in range(6)]
    states = [{"type": "STATE", "value": {"n": n}} for n in range(6)]
    messages = [message for pair in zip(rows, states, strict=True) for message in pair]

    found = run(config("in", "sheet"), *messages)

    order = [m["record"]["row"] if m["type"] == "RECORD" else m["value"]["n"] for m in found]
    assert [n for n in range(6) for _ in range(2)] == order


def test_rules_of_another_side_are_refused() -> None:
    """A mapper set to one side does not run with another side's file."""
    settings = config("in", "hubspot") | {"rules_file": str(RULES / "sheet.yml")}

    with pytest.raises(ConfigError, match="holds the rules of side sheet"):
        run(settings)


def test_records_of_another_tap_are_refused() -> None:
    """A record without the part that is mapped says where this mapper belongs."""
    with pytest.raises(ConfigError, match="A record has no cells"):
        run(config("in", "sheet"), record("businesses", row=2))


def program(
    tmp_path: Path, settings: dict[str, str], text: str
) -> subprocess.CompletedProcess[str]:
    """Run the program over a text."""
    path = tmp_path / "config.json"
    path.write_text(json.dumps(settings))
    return subprocess.run(
        [sys.executable, "-m", "mapper_fields.mapper", "--config", str(path)],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )


def test_program_maps_standard_streams(tmp_path: Path) -> None:
    """Lines in, lines out, and nothing else on standard output; numbers stay as they were."""
    lines = [contact(city=" Exampleton "), {"type": "STATE", "value": {"n": 1.0, "m": 1}}]

    done = program(
        tmp_path, config("in", "hubspot"), "".join(json.dumps(line) + "\n" for line in lines)
    )

    assert 0 == done.returncode, done.stderr
    first, state = map(json.loads, done.stdout.splitlines())
    assert {"raw": " Exampleton ", "value": "Exampleton", "key": "Exampleton"} == (
        first["record"]["fields"]["city"]
    )
    assert [float, int] == [type(n) for n in state["value"].values()]


def test_program_ends_with_a_sentence(tmp_path: Path) -> None:
    """A bad rule file ends the program with file, line and remedy, without a traceback."""
    bad = tmp_path / "sheet.yml"
    bad.write_text("side: sheet\nfields:\n  a: {column: X, type: txt}\n")

    done = program(tmp_path, config("in", "sheet") | {"rules_file": str(bad)}, "")

    assert 1 == done.returncode
    assert f"{bad}:3: `type` has a word that is not known. Did you mean `text`?" in done.stderr
    assert "Traceback" not in done.stderr


def test_bad_line_is_not_quoted(tmp_path: Path) -> None:
    """A line that is no Singer message is described by its length; no person's data is repeated."""
    done = program(tmp_path, config("in", "sheet"), '{"email": "sam@example.com"\n')

    assert 0 != done.returncode
    assert "A line of 28 characters" in done.stderr
    assert "sam@example.com" not in done.stderr
