"""Sends a notice to a webhook or to a mailbox, once and without trying again.

The rule: in the sandbox it reaches loopback alone; elsewhere a webhook is called over HTTPS and mail goes out
over TLS unless a setting says otherwise. Whatever goes wrong is one `Retriable` without the address in it.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum
from typing import Any

import httpx

from outreach_adapters.environment import SANDBOX, guard_base_url
from outreach_core.errors import ConfigError, OutreachError, Retriable

TIMEOUT = 10.0
_LOOPBACK = "127.0.0.1"


class Security(StrEnum):
    """How mail travels to the server."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in."""

    host: str
    port: int
    sender: str
    security: Security = Security.STARTTLS
    user: str = ""
    password: str = field(default="", repr=False)


def post(environment: str, url: str, body: Mapping[str, Any]) -> None:
    """Post a notice as JSON to a webhook.

    Raises:
        ConfigError: The address is not one this environment may call.
        Retriable: ``notice_not_sent``.
    """
    address = guard_base_url(environment, url, "notify_webhook", "")
    if environment != SANDBOX and not address.startswith("https://"):
        raise ConfigError(
            "`notify_webhook` must be an https:// address.",
            code="bad_webhook",
            remedy="Correct it, or leave it out.",
            setting="notify_webhook",
        )
    try:
        answer = httpx.post(
            address,
            json=dict(body),
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=environment != SANDBOX,
        )
    except (httpx.HTTPError, httpx.InvalidURL):
        raise _not_sent("The webhook cannot be reached.") from None
    if not answer.is_success:
        raise _not_sent(f"The webhook answered with status {answer.status_code}.")


def mail(environment: str, server: MailServer, to: str, subject: str, text: str) -> None:
    """Send a notice as mail.

    Raises:
        ConfigError: ``not_loopback``; the sandbox would leave this machine.
        Retriable: ``notice_not_sent``.
    """
    if environment == SANDBOX and server.host != _LOOPBACK:
        raise ConfigError(
            f"In the sandbox `smtp_host` must be {_LOOPBACK}.",
            code="not_loopback",
            remedy="Leave it out, or use `prod`.",
            setting="smtp_host",
        )
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = server.sender, to, subject
    message.set_content(text)
    try:
        _hand_in(server, message)
    except (smtplib.SMTPException, OSError):
        raise _not_sent("The mail server did not take the notice.") from None


def _hand_in(server: MailServer, message: EmailMessage) -> None:
    context = ssl.create_default_context()
    if server.security is Security.TLS:
        opened: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=TIMEOUT, context=context
        )
    else:
        opened = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    with opened as connection:
        if server.security is Security.STARTTLS:
            connection.starttls(context=context)
        if server.user:
            connection.login(server.user, server.password)
        connection.send_message(message)


def _not_sent(message: str) -> OutreachError:
    return Retriable(message, code="notice_not_sent")
