"""What the vendors publish about their messages, and what the watcher makes of it."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fidelity import describes, discovery, models
from fidelity.excuses import Excuses, Place, load
from fidelity.playing import Played, stage
from fidelity.recording import missing
from fidelity.replay import TAPES
from fidelity.shapes import Shape, Violation, violations
from fidelity.witness import oldest
from harness.world import sandbox

needs_recordings = pytest.mark.skipif(missing() is not None, reason=str(missing()))
# no recorded answer shows these, so nothing but the reason speaks for them
UNRECORDED = {
    ("objects.*", "*/errors/*/errors"),
    ("objects.*", "*/errors/*/links"),
    ("objects.batch_create", "/inputs/*/properties/*"),
    ("properties.*", "*/errors/*"),
    ("associations.batch_default", "/"),
    ("account.details", "/"),
    ("*", "*.HasOptedOutOfEmail"),
    ("query", "*/Who/Lead.Type"),
}


def seen(shape: Shape, value: Any) -> list[tuple[str, str]]:
    return [(v.kind, v.where) for v in violations(shape, value, lambda _: Shape())]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": "x", "b": [1, 2]}, []),
        ({"a": "x", "c": 1}, [("unknown", "/c")]),
        ({}, [("missing", "/a")]),
        ({"a": 1}, [("type", "/a")]),
        ({"a": "z"}, [("enum", "/a")]),
        ({"a": None}, [("type", "/a")]),
        ({"a": "x", "b": [1, "2"]}, [("type", "/b/*")]),
        ({"a": "x", "b": None}, []),
        ([], [("type", "/")]),
    ],
)
def test_each_kind_of_violation_is_seen(value: Any, expected: list[tuple[str, str]]) -> None:
    """Types, words, names and what is required; null only where it may be."""
    numbers = Shape("array", inner=Shape("integer")).or_null()
    known = {"a": Shape("string", values=frozenset("xy")), "b": numbers}
    shape = Shape("object", known, required=frozenset({"a"}))

    assert expected == seen(shape, value)


def test_no_value_is_in_a_violation() -> None:
    """A log may hold it: places and shapes, and names alone of what is unknown."""
    shape = Shape("map", inner=Shape("string", values=frozenset({"x"})))
    found = list(violations(shape, {"p@example.com": "secret", "q": 5}, lambda _: Shape()))

    assert [("enum", "/*"), ("type", "/*")] == [(v.kind, v.where) for v in found]
    assert not [v for v in found if "secret" in str(v) or "example" in str(v)]


def kinds(found: Iterator[Violation]) -> list[tuple[str, str]]:
    return [(v.kind, v.where) for v in found]


def test_google_publishes_its_messages() -> None:
    """A method, its parameters, its words and its proto messages."""
    update = "sheets.spreadsheets.values.update"
    query = [("valueInputOption", "RAW"), ("fields", "*")]

    assert [] == kinds(discovery.check_request(update, query, {"values": [["x", 1, None]]}))
    assert [("parameter", "?odd")] == kinds(discovery.check_request(update, [("odd", "1")], None))
    assert [("parameter", "?valueInputOption")] == kinds(
        discovery.check_request(update, [("valueInputOption", "COOKED")], None)
    )
    assert [("type", "/values/*"), ("unknown", "/cells")] == kinds(
        discovery.check_request(update, [], {"values": ["x"], "cells": 1})
    )
    assert [("type", "/updatedRows")] == kinds(
        discovery.check_response(update, 200, {"updatedRows": "1"})
    )
    assert [("unpublished", "/")] == kinds(discovery.check_request("sheets.odd", [], None))


def test_hubspot_publishes_its_models() -> None:
    """A path, its parameters, what goes in and what comes out by status."""
    path = "/crm/v3/objects/{object_type}/batch/create"
    sent = {"inputs": [{"properties": {"email": "x"}, "associations": []}]}

    assert [] == kinds(models.check_request("POST", path, [], sent))
    assert [("missing", "/inputs")] == kinds(models.check_request("POST", path, [], {}))
    assert [("parameter", "?odd")] == kinds(models.check_request("POST", path, [("odd", "")], sent))
    assert [("status", "/")] == kinds(models.check_response("POST", path, 202, {}))
    assert ("missing", "/completedAt") in kinds(models.check_response("POST", path, 201, {}))
    assert [] == kinds(models.check_response("POST", path, 400, {"message": "x"}))


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        ("/crm/objects/2026-03/{t}/search", "/crm/v3/objects/{t}/search"),
        ("/crm/objects/v3/{t}/{i}/associations/{o}", "/crm/v4/objects/{t}/{i}/associations/{o}"),
        ("/crm/associations/2026-03/{t}/{o}/batch/read", "/crm/v4/associations/{t}/{o}/batch/read"),
        ("/crm/v3/lists", "/crm/v3/lists"),
    ],
)
def test_a_dated_path_is_looked_up_in_its_old_spelling(spelling: str, expected: str) -> None:
    """The client knows v3 and v4 alone."""
    assert expected == oldest(spelling)


@needs_recordings
def test_salesforce_told_about_its_fields() -> None:
    """Names, types, forms, lengths, and what may be written."""
    lead = {"attributes": {"type": "Lead"}, "Id": "00Q8d000000RX1kAAG", "LastName": "x"}
    odd = {"Nope": 1, "LastName": None, "Email": 5, "CreatedDate": "2026-01-01", "Title": "x" * 200}
    expected = [
        ("unknown", "/records/*/Lead.Nope"),
        ("type", "/records/*/Lead.LastName"),
        ("type", "/records/*/Lead.Email"),
        ("form", "/records/*/Lead.CreatedDate"),
        ("length", "/records/*/Lead.Title"),
    ]
    found = kinds(describes.check_response({"records": [lead | odd]}))
    path = "/services/data/v60.0/sobjects/Lead"

    assert [] == kinds(describes.check_response({"records": [lead]}))
    assert sorted(expected) == sorted(found)
    assert [("read only", "/Lead.LastActivityDate"), ("unknown", "/Lead.Nope")] == kinds(
        describes.check_request("sobjects.create", path, {"LastActivityDate": "x", "Nope": 1})
    )


@needs_recordings
def test_recorded_answers_need_the_same_excuses() -> None:
    """A line stands for the vendor's own answers, or says that nobody recorded any."""
    excuses = load("schema")
    with stage("hubspot") as here:
        for played in TAPES["hubspot"](here):
            cover_recorded(excuses, played)
    idle = {(line.endpoint, line.where) for line in excuses.unneeded(TAPES)}

    assert UNRECORDED == idle


def cover_recorded(excuses: Excuses, played: Played) -> None:
    """Hold the recorded call and answer against the schemas, as the watcher does ours."""
    call, status = played.call, played.call.answer.status
    template = "/".join(
        "{}" if part.isdigit() or part.lower() in OBJECTS else part for part in call.path.split("/")
    )
    checks = {
        "request": models.check_request(call.method, template, list(call.query), call.body),
        "response": models.check_response(call.method, template, status, call.answer.body),
    }
    for side, found in checks.items():
        for one in found:
            excuses.cover(Place("hubspot", side, played.endpoint, one.kind, one.where))


OBJECTS = {"contacts", "contact", "company", "companies", "deal", "meetings", "tasks", "tickets"}
OBJECTS |= {"ticket"}


def test_a_sandbox_of_its_own_process_is_watched(tmp_path: Path) -> None:
    """A request with a parameter nobody published is told once, and then no more."""
    with sandbox(tmp_path) as here:
        request = urllib.request.Request(
            here.urls["hubspot"] + "/crm/v3/objects/contacts?limit=1&odd=1",
            headers={"Authorization": "Bearer pat-na1-x"},
        )
        for _ in range(2):
            with urllib.request.urlopen(request, timeout=10) as reply:
                assert 200 == reply.status
        told = [here.not_as_published(), here.not_as_published()]

    said = "hubspot objects.list request: parameter ?odd: a parameter nobody published"
    assert [[said], []] == told
