"""How web addresses and e-mail addresses are read and compared.

The rule: no network is asked, and what a person typed is kept; only the compared form is normalised.
"""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from outreach_core.mapping.raw import Seen, Trouble


def read_email(text: str) -> Seen | Trouble:
    """Read one e-mail address; compared without regard to case, as CRMs store it."""
    try:
        found = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return Trouble(
            "bad_email", "This is not one e-mail address.", "Type one address, name@example.com."
        )
    return Seen(found.normalized, unicodedata.normalize("NFC", found.normalized.lower()))


def read_url(text: str) -> Seen | Trouble:
    """Read a web address; compared without scheme, ``www.``, case of the host and closing slash."""
    key = _url_key(text)
    if key is None:
        return Trouble(
            "bad_url", "This is not a web address.", "Type an address such as example.com."
        )
    return Seen(text, key)


def _url_key(text: str) -> str | None:
    if any(c.isspace() for c in text):
        return None
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc:
        return None
    host = host.rstrip(".")
    while host.startswith("www.") and "." in host[4:]:
        host = host[4:]
    if "." not in host.strip(".") or host.startswith("."):
        return None
    address = host if port in (None, 80, 443) else f"{host}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    return unicodedata.normalize("NFC", f"{address}{parts.path.rstrip('/')}{query}")
