"""Tokens, quotas, Drive's view of a file, and failures on request."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from outreach_sandbox.google import service
from outreach_sandbox.google.service import SWITCHES
from outreach_sandbox.kernel.client import ControlRefused

if TYPE_CHECKING:
    from outreach_sandbox.kernel.server import Running

    from .conftest import Raw

PATH = "/v4/spreadsheets/book-1"
BOOK = {"spreadsheets": [{"id": "book-1", "title": "Book"}]}


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "client_id": "x"}, "invalid_request"),
        (
            {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": "a.b.c"},
            "invalid_grant",
        ),
    ],
)
def test_token_errors_are_flat(sandbox: Running, form: dict[str, str], error: str) -> None:
    """The token endpoint answers {"error", "error_description"}."""
    request = urllib.request.Request(f"{sandbox.google_url}/token", urlencode(form).encode())
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=5)
    body = caught.value.read().decode()

    assert (400, True) == (caught.value.code, body.startswith(f'{{"error":"{error}"'))


def test_no_credential_is_401_in_each_services_own_words(raw: Raw) -> None:
    """Sheets has a status word, Drive a list of errors."""
    raw.token = ""
    status, sheets = raw.call("GET", f"{PATH}/values/A1")
    _, drive = raw.call("GET", "/drive/v3/files/book-1")

    assert (401, "UNAUTHENTICATED", "authError") == (
        status,
        sheets["error"]["status"],
        drive["error"]["errors"][0]["reason"],
    )


@pytest.mark.parametrize(("method", "kind"), [("GET", "Read"), ("PUT", "Write")])
def test_the_61st_request_of_a_minute_is_429(raw: Raw, method: str, kind: str) -> None:
    """60 per minute and user, each for reads and writes; no Retry-After; a new minute is new."""
    body = {"values": [["x"]]} if method == "PUT" else None
    query = {"valueInputOption": "RAW"} if method == "PUT" else {}
    codes = [raw.call(method, f"{PATH}/values/A1", body, **query)[0] for _ in range(60)]
    status, answer = raw.call(method, f"{PATH}/values/A1", body, **query)
    waits = "retry-after" in raw.headers
    raw.sandbox.control.advance(60)
    later, _ = raw.call(method, f"{PATH}/values/A1", body, **query)

    detail = answer["error"]["details"][0]
    assert ({200}, 429, "RESOURCE_EXHAUSTED", False, 200) == (
        set(codes),
        status,
        answer["error"]["status"],
        waits,
        later,
    )
    assert ("RATE_LIMIT_EXCEEDED", f"{kind}RequestsPerMinutePerUser", "60") == (
        detail["reason"],
        detail["metadata"]["quota_limit"],
        detail["metadata"]["quota_limit_value"],
    )


def test_drive_is_outside_the_sheets_quota_and_limits_with_403(raw: Raw) -> None:
    """Drive has its own, larger limit, and another way to say so."""
    raw.sandbox.control.reset({"google": BOOK, "switches": {"google.drive_quota": 2}})
    codes = [raw.call("GET", "/drive/v3/files/book-1")[0] for _ in range(3)]
    _, answer = raw.call("GET", "/drive/v3/files/book-1")

    assert ([200, 200, 403], "userRateLimitExceeded", "usageLimits") == (
        codes,
        answer["error"]["errors"][0]["reason"],
        answer["error"]["errors"][0]["domain"],
    )


def test_every_change_moves_version_and_time_and_no_read_does(raw: Raw) -> None:
    """Writes, clears, batches and people bump the version; reads and refused writes do not."""
    seen = [int(raw.file()["version"])]

    def step(action: Any) -> None:
        raw.sandbox.control.advance(1)
        action()
        seen.append(int(raw.file()["version"]))

    step(lambda: raw.put("A1", [["x"]]))
    step(lambda: raw.values("A1"))
    step(lambda: raw.ok("POST", f"{PATH}/values/A1:clear"))
    step(lambda: raw.batch({"addSheet": {"properties": {"title": "T"}}}))
    step(lambda: raw.refused({"addSheet": {"properties": {"title": "T"}}}))
    step(lambda: raw.sandbox.control.people("google", "type", cell="B2", value="hi"))

    assert [1, 1, 2, 3, 3, 4] == [version - seen[0] for version in seen[1:]]


def test_drive_tells_who_changed_the_file_and_when(raw: Raw) -> None:
    """The modifiedTime is the sandbox's now, lastModifyingUser knows whether it was the caller."""
    raw.put("A1", [["x"]])
    mine = raw.file()
    raw.sandbox.control.advance(5)
    raw.sandbox.control.people("google", "type", cell="B2", value="hi")
    theirs = raw.file()

    assert (True, False, "2026-11-23T09:00:00.000Z", "2026-11-23T09:00:05.000Z") == (
        mine["lastModifyingUser"]["me"],
        theirs["lastModifyingUser"]["me"],
        mine["modifiedTime"],
        theirs["modifiedTime"],
    )


def test_a_file_answers_with_four_fields_unless_asked(raw: Raw) -> None:
    """Drive's default mask."""
    assert {"kind", "id", "name", "mimeType"} == set(raw.ok("GET", "/drive/v3/files/book-1"))


def test_a_file_that_is_not_there_is_404_in_both_services(raw: Raw) -> None:
    """Each in its own shape."""
    sheets = raw.call("GET", "/v4/spreadsheets/nope")
    drive = raw.call("GET", "/drive/v3/files/nope")

    assert (404, "Requested entity was not found.", 404, "notFound") == (
        sheets[0],
        sheets[1]["error"]["message"],
        drive[0],
        drive[1]["error"]["errors"][0]["reason"],
    )


def test_a_spreadsheet_is_made_with_its_tabs(raw: Raw) -> None:
    """spreadsheets.create honours title, time zone and tabs."""
    body = {
        "properties": {"title": "New", "timeZone": "Europe/Istanbul"},
        "sheets": [{"properties": {"title": "One"}}, {"properties": {"title": "Two"}}],
    }
    made = raw.ok("POST", "/v4/spreadsheets", body)

    assert ("New", "Europe/Istanbul", ["One", "Two"]) == (
        made["properties"]["title"],
        made["properties"]["timeZone"],
        [tab["properties"]["title"] for tab in made["sheets"]],
    )


@pytest.mark.parametrize("kind", ["before", "after"])
def test_a_failed_write_did_or_did_not_happen(raw: Raw, kind: str) -> None:
    """`before` leaves the cell alone, `after` has written it though the caller saw 503."""
    fault = {"vendor": "google", "operation": "sheets.spreadsheets.values.update"}
    raw.sandbox.control.queue_faults({**fault, "kind": kind, "status": 503})
    query = {"valueInputOption": "RAW"}
    status, answer = raw.call("PUT", f"{PATH}/values/A1", {"values": [["x"]]}, **query)

    assert (503, "UNAVAILABLE", [["x"]] if kind == "after" else None, True) == (
        status,
        answer["error"]["status"],
        raw.values("A1"),
        raw.sandbox.control.faults()[0]["consumed"],
    )


def test_a_bad_gateway_is_a_page_not_json(raw: Raw) -> None:
    """502 is HTML, as it is at Google."""
    raw.sandbox.control.queue_faults({"vendor": "google", "status": 502})
    status, answer = raw.call("GET", f"{PATH}/values/A1")

    assert (502, True) == (status, answer.startswith("<!DOCTYPE html>"))


def test_an_unknown_path_is_said_to_be_unbuilt(raw: Raw) -> None:
    """501 names method and path."""
    status, answer = raw.call("GET", "/drive/v3/changes")

    assert (501, "not built in this sandbox: GET /drive/v3/changes") == (status, answer["error"])


def test_a_file_that_is_not_shared_is_refused(raw: Raw) -> None:
    """403 at Sheets, 404 at Drive, as for an account that has no access."""
    raw.sandbox.control.reset({"google": BOOK, "switches": {"google.not_shared": True}})
    sheets = raw.call("GET", f"{PATH}/values/A1")
    drive = raw.call("GET", "/drive/v3/files/book-1")

    assert (403, "The caller does not have permission", 404) == (
        sheets[0],
        sheets[1]["error"]["message"],
        drive[0],
    )


def test_strict_tokens_refuse_what_was_never_issued(raw: Raw) -> None:
    """By default any bearer token is good; with the switch only issued ones are."""
    easy = raw.call("GET", f"{PATH}/values/A1")[0]
    raw.sandbox.control.reset({"google": BOOK, "switches": {"google.strict_tokens": True}})

    assert (200, 401) == (easy, raw.call("GET", f"{PATH}/values/A1")[0])


def test_a_body_that_is_not_json_is_400_and_changes_nothing(sandbox: Running, raw: Raw) -> None:
    """Broken JSON is the caller's error, in Google's shape."""
    request = urllib.request.Request(
        f"{sandbox.google_url}{PATH}:batchUpdate", b"{", {"Authorization": "Bearer x"}
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=5)

    assert (400, b'"INVALID_ARGUMENT"' in caught.value.read()) == (caught.value.code, True)


def test_the_journal_counts_what_a_call_carries(raw: Raw) -> None:
    """`inputs` is the number of ranges or requests, `operation` the vendor's own name."""
    body = {"valueInputOption": "RAW", "data": [{"range": "A1", "values": [["x"]]}] * 3}
    raw.ok("POST", f"{PATH}/values:batchUpdate", body)
    raw.ok("GET", f"{PATH}/values:batchGet", ranges=["A1", "B1"])

    assert [
        ("sheets.spreadsheets.values.batchUpdate", 3),
        ("sheets.spreadsheets.values.batchGet", 2),
    ] == [(call["operation"], call["inputs"]) for call in raw.sandbox.control.calls()]


def test_a_name_that_is_no_switch_is_refused(sandbox: Running) -> None:
    """A misspelt switch is an error, not a silence."""
    with pytest.raises(ControlRefused, match="read_qouta"):
        sandbox.control.reset({"google": BOOK, "switches": {"google.read_qouta": 1}})


def test_every_switch_is_explained() -> None:
    """The table at the top of the service names each switch."""
    assert [] == [name for name in sorted(SWITCHES) if name not in str(service.__doc__)]


def test_a_file_is_renamed_binned_and_deleted(raw: Raw) -> None:
    """A renamed file shows its name, a binned one says so, a deleted one is not found."""
    file = "/drive/v3/files/book-1"
    raw.ok("PATCH", file, {"name": "Renamed", "trashed": True})
    shown = raw.ok("GET", file, fields="name,trashed")
    deleted, _ = raw.call("DELETE", file)
    after, _ = raw.call("GET", file)

    assert ({"name": "Renamed", "trashed": True}, 204, 404) == (shown, deleted, after)


def test_a_deletion_answers_a_type_and_no_body(raw: Raw) -> None:
    """204, empty, and text/html, as recorded."""
    status, _ = raw.call("DELETE", "/drive/v3/files/book-1")

    assert (204, "text/html") == (status, raw.headers["content-type"].partition(";")[0])
