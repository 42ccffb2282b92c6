"""Keeps the sandbox on loopback: in it no client is built without an ``http://127.0.0.1`` base URL.

The rule: ask before a client is built. An empty setting vanishes on its way through Meltano without an
error, and a vendor's default would then apply.
"""

from __future__ import annotations

import re

from outreach_core.errors import ConfigError

SANDBOX = "sandbox"
PROD = "prod"

_LOOPBACK = re.compile(r"http://127\.0\.0\.1(?::\d{1,5})?(?:/[^@?#\s]*)?")


def guard_base_url(environment: str, url: str | None, setting: str, vendor_default: str) -> str:
    """Return the base URL to use, without a slash at its end.

    Args:
        environment: ``sandbox`` or ``prod``.
        url: What the setting holds.
        setting: The setting's name, for the message.
        vendor_default: The vendor's own base URL.

    Raises:
        ConfigError: The environment is unknown, or the sandbox would leave this machine.
    """
    if environment == PROD:
        return (url or vendor_default).rstrip("/")
    if environment != SANDBOX:
        raise ConfigError(
            "The environment is neither sandbox nor prod.",
            code="unknown_environment",
            remedy="Set `outreach_environment` to one of the two.",
            setting="outreach_environment",
        )
    if not url or not _LOOPBACK.fullmatch(url):
        raise ConfigError(
            f"In the sandbox `{setting}` must be an http://127.0.0.1 address.",
            code="not_loopback",
            remedy="Start the sandbox (`make sandbox`) and set its address, or use `prod`.",
            setting=setting,
        )
    return url.rstrip("/")
