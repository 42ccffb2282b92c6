"""The gate of each vendor: whose message this is, checked in the order of what it costs.

    1  no key is set                        switched off; nothing is read
    2  no signature, or no time             refused; the body is not read
    3  the time is not within five minutes  refused; the body is not read
    4  the body is longer than is allowed   refused while it is read
    5  the signature is another one         refused; nothing is parsed
    6  it was accepted before               refused
    7  it is not what the vendor sends      refused

The rule: 1 to 3 come before the body, 4 and 5 before anything in it is looked at (``receiver``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from outreach_cli.serve import hubspot_events, salesforce_events, signatures
from outreach_cli.serve.events import Event
from outreach_cli.serve.signatures import Signed
from outreach_cli.serve.verdicts import Refused, Verdict
from outreach_core.model import Side

# the vendor names no limit: a hundred property values of 65,536 characters, and then some
# https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide
HUBSPOT_BODY = 8 * 1024 * 1024
SALESFORCE_BODY = 256 * 1024


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request's headers say, before the body is read."""

    version: str
    signature: str
    timestamp: str


class Gate(Protocol):
    """What the receiver asks of a vendor."""

    @property
    def side(self) -> Side:
        """Whose gate this is."""
        ...

    @property
    def most_bytes(self) -> int:
        """How long a body may be."""
        ...

    def claim(self, headers: Mapping[str, str], now_ms: int) -> Claim:
        """Check the headers (1 to 3)."""
        ...

    def verify(self, claim: Claim, request: Signed) -> None:
        """Check the signature (5)."""
        ...

    def read(self, body: bytes) -> list[Event]:
        """Return what is told (7)."""
        ...


@dataclass(frozen=True, slots=True)
class HubSpotGate:
    """HubSpot: the third signature; the older two, which no time protects, only where they are let in."""

    secret: str = field(default="", repr=False)
    allow_old: bool = False
    side: Side = Side.HUBSPOT
    most_bytes: int = HUBSPOT_BODY

    def claim(self, headers: Mapping[str, str], now_ms: int) -> Claim:
        """Check the headers (1 to 3)."""
        if not self.secret:
            raise Refused(Verdict.SWITCHED_OFF)
        if "x-hubspot-signature-v3" in headers:  # where it is there, no older one counts
            claim = Claim(
                "v3",
                headers["x-hubspot-signature-v3"],
                headers.get("x-hubspot-request-timestamp", ""),
            )
            return _in_time(claim, now_ms)
        signature = headers.get("x-hubspot-signature")
        if not signature:
            raise Refused(Verdict.UNSIGNED)
        if not self.allow_old:
            raise Refused(Verdict.OLD_SIGNATURE)
        return Claim(headers.get("x-hubspot-signature-version", "v1"), signature, "")

    def verify(self, claim: Claim, request: Signed) -> None:
        """Check the signature (5)."""
        makers: Mapping[str, Callable[[], str]] = {
            "v1": lambda: signatures.hubspot_v1(request, self.secret),
            "v2": lambda: signatures.hubspot_v2(request, self.secret),
            "v3": lambda: signatures.hubspot_v3(request, claim.timestamp, self.secret),
        }
        if claim.version not in makers or not signatures.fits(
            claim.signature, [makers[claim.version]()]
        ):
            raise Refused(Verdict.FORGED)

    def read(self, body: bytes) -> list[Event]:
        """Return what is told (7)."""
        return hubspot_events.read(body)


@dataclass(frozen=True, slots=True)
class SalesforceGate:
    """Our own package in Salesforce; two keys are accepted while one replaces the other."""

    keys: tuple[str, ...] = field(default=(), repr=False)
    side: Side = Side.SALESFORCE
    most_bytes: int = SALESFORCE_BODY

    def claim(self, headers: Mapping[str, str], now_ms: int) -> Claim:
        """Check the headers (1 to 3)."""
        if not self.keys:
            raise Refused(Verdict.SWITCHED_OFF)
        signature = headers.get("x-outreach-signature")
        if not signature:
            raise Refused(Verdict.UNSIGNED)
        timestamp = headers.get("x-outreach-timestamp", "")
        return _in_time(Claim("sha256", signature, timestamp), now_ms)

    def verify(self, claim: Claim, request: Signed) -> None:
        """Check the signature (5)."""
        accepted = [signatures.salesforce(request.body, claim.timestamp, key) for key in self.keys]
        if not signatures.fits(claim.signature, accepted):
            raise Refused(Verdict.FORGED)

    def read(self, body: bytes) -> list[Event]:
        """Return what is told (7)."""
        return salesforce_events.read(body)


def _in_time(claim: Claim, now_ms: int) -> Claim:
    if not claim.signature or not claim.timestamp:
        raise Refused(Verdict.UNSIGNED)
    if not signatures.in_window(claim.timestamp, now_ms):
        raise Refused(Verdict.OUT_OF_TIME)
    return claim
