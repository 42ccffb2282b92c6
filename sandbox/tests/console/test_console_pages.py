"""The page's own files: complete, and nobody else's."""

from __future__ import annotations

import re

import pytest

from outreach_sandbox.console.pages import TYPES, _folder

from .conftest import Page

FILES = sorted(item.name for item in _folder().iterdir() if item.is_file())


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_served_with_its_type(page: Page, name: str) -> None:
    """The index under `/`, the others under `/console/`, none of them sniffed or framed."""
    status, headers, found = page.ask("GET", "/" if name == "index.html" else f"/console/{name}")

    assert (200, TYPES[name.rpartition(".")[2]]) == (status, headers["content-type"])
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert ("nosniff", "no-store") == (headers["x-content-type-options"], headers["cache-control"])
    assert found


@pytest.mark.parametrize(
    "name", ["index.html", "nope.js", "..%2fapp.py", "app.py", "%2e%2e/guard.py"]
)
def test_nothing_else_is_served(page: Page, name: str) -> None:
    """No other file of the package, and the index only where its token is put in."""
    assert 404 == page.ask("GET", f"/console/{name}")[0]


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_loaded_from_elsewhere(name: str) -> None:
    """No file names another host, and no script turns text into markup or code."""
    text = (_folder() / name).read_text(encoding="utf-8").replace("http://www.w3.org/", "")

    assert [] == re.findall(r"https?://|//cdn|@import", text)
    assert [] == re.findall(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text
    )
    assert [] == re.findall(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=", text)


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".js")])
def test_every_import_leads_to_a_file(name: str) -> None:
    """Modules name their neighbours, and every one of them is there."""
    text = (_folder() / name).read_text(encoding="utf-8")

    assert [] == [to for to in re.findall(r'from "\./([^"]+)"', text) if to not in FILES]
    assert [] == re.findall(r'from "(?!\./)', text)


def test_the_doors_are_listed(page: Page) -> None:
    """Programs find every door under `/_sandbox/`."""
    text = page.ask("GET", "/_sandbox/")[2].decode()
    assert all(door in text for door in ("google/undo", "hubspot/merge", "salesforce/convert"))
