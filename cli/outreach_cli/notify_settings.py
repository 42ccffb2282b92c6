"""Where notices go. Rule: as in `settings`; without a webhook and a mailbox nothing is ever sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from outreach_core.errors import ConfigError

NAMES: Mapping[str, tuple[str, ...]] = {
    "notify_webhook": ("OUTREACH_NOTIFY_WEBHOOK",),
    "notify_email": ("OUTREACH_NOTIFY_EMAIL",),
    "smtp_host": ("OUTREACH_SMTP_HOST",),
    "smtp_port": ("OUTREACH_SMTP_PORT",),
    "smtp_security": ("OUTREACH_SMTP_SECURITY",),
    "smtp_user": ("OUTREACH_SMTP_USER",),
    "smtp_password": ("OUTREACH_SMTP_PASSWORD",),
    "smtp_from": ("OUTREACH_SMTP_FROM",),
}
PORTS = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True, slots=True)
class Notify:
    """Where notices go; an address of a webhook is a secret, too."""

    webhook: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    host: str = ""
    port: int = PORTS["starttls"]
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = field(default="", repr=False)


def notify_from(found: Mapping[str, str | None]) -> Notify:
    """Read the settings by their names.

    Raises:
        ConfigError: ``bad_notify``; they do not go together.
    """
    security = found["smtp_security"] or "starttls"
    if security not in PORTS:
        raise _bad("smtp_security", f"Set it to {', '.join(PORTS)}.")
    port = found["smtp_port"] or str(PORTS[security])
    if not port.isdecimal():
        raise _bad("smtp_port", "Set it to a number.")
    email, host = found["notify_email"] or "", found["smtp_host"] or ""
    if email and not host:
        raise _bad("smtp_host", "Mail needs a server: set it, or leave `notify_email` out.")
    return Notify(
        webhook=found["notify_webhook"] or "",
        email=email,
        host=host,
        port=int(port),
        security=security,
        user=found["smtp_user"] or "",
        password=found["smtp_password"] or "",
        sender=found["smtp_from"] or email,
    )


def _bad(setting: str, remedy: str) -> ConfigError:
    return ConfigError(
        f"The setting `{setting}` cannot be used.",
        code="bad_notify",
        remedy=remedy,
        setting=setting,
    )
