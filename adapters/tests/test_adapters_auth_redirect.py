"""The small server that people come back to listens to this machine alone, and to one address."""

from __future__ import annotations

import threading

import httpx
import pytest

from outreach_adapters.auth import redirect
from outreach_core.errors import ConfigError


def ticking():
    """A clock that is a second later at every look."""
    seconds = iter(range(1000))
    return lambda: float(next(seconds))


def test_it_listens_on_loopback_alone():
    """Another machine cannot hand in an answer."""
    with redirect.listening("localhost", 0) as listener:
        host, port = listener._server.server_address[:2]
        assert ("127.0.0.1", f"http://localhost:{port}/callback") == (host, listener.uri)


def test_an_icon_is_not_an_answer():
    """What a browser asks for beside the answer is not there, and the answer is taken whole."""
    with redirect.listening("127.0.0.1", 0) as listener:
        base = listener.uri.removesuffix("/callback")
        seen: list[int] = []

        def browse() -> None:
            paths = ("/favicon.ico", "/callback", "/callback?code=a%20b&state=c")
            seen.extend(httpx.get(base + path, trust_env=False).status_code for path in paths)

        thread = threading.Thread(target=browse)
        thread.start()
        answered = listener.wait(60, ticking())
        thread.join(10)
    assert [404, 404, 200] == seen
    assert f"{base}/callback?code=a%20b&state=c" == answered


def test_nobody_coming_ends_the_wait():
    """The remedy names the redirect URL, which is the likeliest cause."""
    with (
        redirect.listening("127.0.0.1", 0) as listener,
        pytest.raises(ConfigError) as caught,
    ):
        listener.wait(2, ticking())
    assert ("no_answer", True) == (caught.value.code, listener.uri in caught.value.remedy)
