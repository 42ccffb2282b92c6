"""The README describes for receivers what the Apex classes send: names, headers, signature, waits."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime

from tests.salesforce_package.package import README, SOURCE, apex

EXAMPLE = re.compile(r"```http\n(?P<head>.*?)\n\n(?P<body>.*?)\n```", re.DOTALL)
EXAMPLE_KEY = b"example-signing-key"


def code(name: str) -> str:
    """The code of a class."""
    return apex(SOURCE / "classes" / f"{name}.cls")


def constants(name: str) -> dict[str, str]:
    """The public constants of a class that are texts."""
    return dict(re.findall(r"public static final String (\w+) = '([\w-]+)';", code(name)))


def example() -> tuple[dict[str, str], str]:
    """Headers and body of the README's example."""
    found = EXAMPLE.search(README.read_text())
    assert found is not None
    headers = [line.split(": ", 1) for line in found["head"].splitlines()[1:]]
    return dict(headers), found["body"]


def documented() -> dict[str, str]:
    """The names that the README documents, and when each is there."""
    rows = re.compile(r"^\| `(\w+)` \| ([^|]+) \| [^|]+ \|$", re.MULTILINE)
    return dict(rows.findall(README.read_text()))


def test_the_example_is_signed_as_described() -> None:
    """HMAC-SHA256 over timestamp, full stop and body gives the example's signature."""
    headers, body = example()
    signed = f"{headers['X-Outreach-Timestamp']}.{body}".encode()
    signature = hmac.new(EXAMPLE_KEY, signed, hashlib.sha256).hexdigest()

    assert f"sha256={signature}" == headers["X-Outreach-Signature"]
    assert EXAMPLE_KEY.decode() in README.read_text()


def test_apex_is_tested_with_the_same_example() -> None:
    """The Apex test expects of the same key, time and body the same signature."""
    headers, body = example()
    tests = re.sub(r"' \+\n\s+'", "", code("OutreachMessageTest"))

    assert f"'{body}'" in tests
    assert f"'{headers['X-Outreach-Timestamp']}', body, '{EXAMPLE_KEY.decode()}'" in tests
    assert f"'{headers['X-Outreach-Signature'].removeprefix('sha256=')}'" in tests


def test_the_headers_are_those_of_the_class() -> None:
    """The README names the headers that Apex sets."""
    headers, _ = example()
    named = constants("OutreachMessage")

    assert {"Content-Type", *named.values()} == set(headers)
    assert f"'{headers['Content-Type']}'" in code("OutreachMessage")


def test_every_name_of_a_change_is_documented() -> None:
    """The README documents the names that Apex puts into a change, and no other."""
    sent = re.findall(r"'(\w+)' =>|details\.put\('(\w+)'", code("OutreachChange"))

    assert {always or sometimes for always, sometimes in sent} == set(documented())


def test_every_type_is_documented() -> None:
    """The README lists the types of changes, and says which names belong to which type."""
    types = set(constants("OutreachChange").values())
    row = re.search(r"^\| `type` \| always \| ([^|]+) \|", README.read_text(), re.MULTILINE)

    assert row is not None
    assert types == set(re.findall(r"`(\w+)`", row[1]))
    assert {"always"} | {f"`{kind}`" for kind in ("updated", "merged", "converted")} == set(
        documented().values()
    )


def test_the_example_is_such_a_change() -> None:
    """The example's body has the names of its type, and its time is that of its header."""
    headers, body = example()
    (change,) = json.loads(body)
    names = {n for n, when in documented().items() if when in ("always", f"`{change['type']}`")}

    assert names == set(change)
    sent = datetime.fromtimestamp(int(headers["X-Outreach-Timestamp"]) / 1000, UTC)
    assert sent == datetime.fromisoformat(change["at"])


def test_limits_and_waits_are_documented() -> None:
    """How many changes a message has, how long is waited, and what is tried again: as in Apex."""
    text, delivery = README.read_text(), code("OutreachDelivery")
    waits = re.findall(r"WAITS = .*?\{ ([\d, ]+) \}", delivery)[0].split(", ")
    again = re.findall(r"WORTH_A_RETRY = .*?\{ ([\d, ]+) \}", delivery)[0]
    most = re.findall(r"MOST_CHANGES = (\d+)", code("OutreachMessage"))[0]
    timeout = int(re.findall(r"TIMEOUT_MILLISECONDS = (\d+)", code("OutreachMessage"))[0])

    assert f"{', '.join(waits[:-1])} and {waits[-1]} minutes" in text
    assert f"| {again}, 5xx, none within {timeout // 1000} s" in text
    assert f"array of 1 to {most} changes" in text


def test_no_value_of_a_field_is_sent() -> None:
    """A change is built from ids, names and times: nothing reads a record's values into it."""
    assert ".get(" not in code("OutreachChange")
    assert "getPopulatedFieldsAsMap" not in code("OutreachChange") + code("OutreachMessage")
