"""Tells a vendor's message from anybody else's. Pure: the time and the keys are given.

The rule: what is verified is the bytes as they came, against the address the vendor called; nothing is parsed
before. A comparison takes the same time wherever the difference is.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests
# "reject the request if the timestamp is older than 5 minutes"; one from the future is as wrong
WINDOW_MS = 5 * 60 * 1000
_MILLISECONDS = re.compile(r"[0-9]{13}", re.ASCII)
# the same page: these and no others are decoded in the address before it is signed
_DECODED = {
    "%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$",
    "%27": "'", "%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";",
}  # fmt: skip
_ENCODED = re.compile("|".join(_DECODED), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Signed:
    """A request as it is verified: the method, the public address, the raw body."""

    method: str
    uri: str
    body: bytes


def in_window(timestamp: str, now_ms: int) -> bool:
    """Tell whether a timestamp in milliseconds is within five minutes of now, either way."""
    if _MILLISECONDS.fullmatch(timestamp) is None:
        return False
    return abs(now_ms - int(timestamp)) <= WINDOW_MS


def hubspot_v3(request: Signed, timestamp: str, secret: str) -> str:
    """Return HubSpot's third signature: base64 of HMAC-SHA256 over method, address, body and time."""
    uri = _ENCODED.sub(lambda found: _DECODED[found[0].upper()], request.uri)
    message = f"{request.method}{uri}".encode() + request.body + timestamp.encode()
    return base64.b64encode(_hmac(secret, message).digest()).decode()


def hubspot_v2(request: Signed, secret: str) -> str:
    """Return HubSpot's second signature: SHA-256 over secret, method, address and body."""
    message = f"{secret}{request.method}{request.uri}".encode() + request.body
    return hashlib.sha256(message).hexdigest()


def hubspot_v1(request: Signed, secret: str) -> str:
    """Return HubSpot's first signature: SHA-256 over secret and body."""
    return hashlib.sha256(secret.encode() + request.body).hexdigest()


def salesforce(body: bytes, timestamp: str, key: str) -> str:
    """Return the signature of our own Salesforce package (salesforce/README.md, *Wire format*)."""
    return f"sha256={_hmac(key, timestamp.encode() + b'.' + body).hexdigest()}"


def fits(given: str, accepted: Iterable[str]) -> bool:
    """Compare with every accepted signature, each in constant time."""
    told = given.encode()
    found: Sequence[bool] = [hmac.compare_digest(told, one.encode()) for one in accepted]
    return any(found)


def _hmac(key: str, message: bytes) -> hmac.HMAC:
    return hmac.new(key.encode(), message, hashlib.sha256)
