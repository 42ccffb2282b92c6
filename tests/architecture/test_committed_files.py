"""What is committed names no machine, no package index, no person and no secret."""

from __future__ import annotations

import re

import pytest

from tests.architecture.tree import committed, name, text

# written in pieces, so that this file does not hold what it looks for
BANNED = {
    "a path of one machine": re.compile(
        r"/(?:work|root)/(?:main|shared|\.)|/home/\w+/|\.\./shared/contracts"
    ),
    "a package index": re.compile(
        r"pypi\.(?:org)|files\.python(?:hosted)|--(?:extra-)?index.url[= ]"
    ),
    "a private key": re.compile(r"-----BEGIN (?:RSA |EC )?PRIVATE KEY-----\n?[A-Za-z0-9+/=]{20}"),
    "a live HubSpot token": re.compile(r"pat-(?:na|eu|ap)\d-[0-9a-f]{8}-[0-9a-f]{4}"),
}
ADDRESS = re.compile(r"[\w.+-]+@((?:[\w-]+\.)+[A-Za-z]{2,})")
# reserved for examples (RFC 2606 and RFC 6761), and what is no mailbox at all
NO_PERSON = re.compile(
    r"(?:^|\.)(?:example(?:\.(?:com|org|net|edu))?|invalid|test|localhost|local)$|gserviceaccount\.com$"
    r"|^github\.com$",
    re.IGNORECASE,
)


@pytest.mark.parametrize("what", BANNED)
def test_no_file_names(what: str) -> None:
    """No committed file names something that belongs to one machine, index or account."""
    found = [name(path) for path in committed() if BANNED[what].search(text(path))]

    assert found == []


def test_addresses_are_examples() -> None:
    """Every e-mail address in a committed file is on a domain reserved for examples."""
    found = [
        f"{name(path)}: {match[1]}"
        for path in committed()
        for match in ADDRESS.finditer(text(path))
        if not NO_PERSON.search(match[1])
    ]

    assert found == []


def test_nothing_made_is_committed() -> None:
    """No lock file with index addresses, no environment, no ledger and no .env is committed."""
    made = {"uv.lock", ".env", "ledger.db"}

    assert [name(path) for path in committed() if path.name in made] == []
