"""Sign-in with user name, password and security token: the SOAP call `login`.

The one rule: it is a way in that ends; versions from 65.0 on do not have it, and those up to 30.0
are gone themselves.

https://developer.salesforce.com/docs/platform/api/guide/sforce-api-calls-login.html
https://developer.salesforce.com/docs/platform/api/guide/api-eol-soap.html
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from outreach_sandbox.salesforce.wire import XML_TYPE, Answer

if TYPE_CHECKING:
    from outreach_sandbox.salesforce.auth import Tokens

FIRST_VERSION, LAST_VERSION = 31.0, 64.0
ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"{spaces}>'
    "<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
)


def login(tokens: Tokens, version: str, body: str, host: str) -> Answer:
    """A session, or a fault.

    | # | the request | outcome |
    |---|---|---|
    | 1 | names a version without the call | UNSUPPORTED_API_VERSION |
    | 2 | the org has it off | INVALID_OPERATION |
    | 3 | has no user or password, or a wrong one | INVALID_LOGIN |
    | 4 | anything else | session id and server url |
    """
    number = float(version) if re.fullmatch(r"\d+\.0", version) else 0.0
    if not FIRST_VERSION <= number <= LAST_VERSION:  # (1)
        return _fault("UNSUPPORTED_API_VERSION", "Unsupported API version: login() is retired")
    if not tokens.org.switches.password_flows:  # (2)
        text = "SOAP API login() is disabled by default in this org."
        return _fault("INVALID_OPERATION", text)
    sent = re.finditer(r"<(?:\w+:)?(username|password)>([^<]*)<", body)
    found = {match[1]: unescape(match[2]) for match in sent}
    wrong = found.get("password") in tokens.settings.get("wrong_passwords", ())
    if not found.get("username") or not found.get("password") or wrong:  # (3)
        text = "Invalid username, password, security token; or user locked out."
        return _fault("INVALID_LOGIN", text)
    org, token = tokens.org, tokens.session()  # (4)
    result = (
        "<loginResponse><result><passwordExpired>false</passwordExpired>"
        f"<serverUrl>{escape(host)}/services/Soap/u/{version}/{org.org_id}</serverUrl>"
        f"<sessionId>{escape(token)}</sessionId><userId>{org.user_id}</userId>"
        f"<userInfo><organizationId>{org.org_id}</organizationId></userInfo>"
        "</result></loginResponse>"
    )
    space = ' xmlns="urn:partner.soap.sforce.com"'
    return Answer(200, ENVELOPE.format(spaces=space, body=result), media_type=XML_TYPE)


def _fault(code: str, text: str) -> Answer:
    body = (
        f"<soapenv:Fault><faultcode>sf:{code}</faultcode>"
        f"<faultstring>{code}: {escape(text)}</faultstring><detail><sf:LoginFault>"
        f"<sf:exceptionCode>{code}</sf:exceptionCode>"
        f"<sf:exceptionMessage>{escape(text)}</sf:exceptionMessage>"
        "</sf:LoginFault></detail></soapenv:Fault>"
    )
    space = ' xmlns:sf="urn:fault.partner.soap.sforce.com"'
    return Answer(500, ENVELOPE.format(spaces=space, body=body), media_type=XML_TYPE)
