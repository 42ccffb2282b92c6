"""What a vendor says when it does not let us in, as a sentence and what to do about it.

The rule: the vendor's word is told, its description is only looked at: it may quote what was sent.

| # | sign | code |
|---|---|---|
| 1 | access_denied | denied |
| 2 | a redirect URL that does not fit | wrong_redirect |
| 3 | a code that is used or too old | code_over |
| 4 | PKCE | bad_verifier |
| 5 | client id or secret | bad_app |
| 6 | a scope the app or the account does not have | bad_scope |
| 7 | an administrator's rule | blocked |
| 8 | anything else | refused |

https://developers.google.com/identity/protocols/oauth2/web-server#authorization-errors
https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_flow_errors.htm
"""

from __future__ import annotations

import re

from outreach_core.errors import ConfigError

_WORD = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_AGAIN = "Run the command again"
# sign (in word or description), code, sentence, remedy
_TABLE = (
    (
        r"access.denied",  # (1)
        "denied",
        "The question on the vendor's page was answered with no.",
        f"{_AGAIN} and allow it, or ask somebody who may.",
    ),
    (
        r"redirect[ _]ur[il]",  # (2)
        "wrong_redirect",
        "The app does not know the redirect URL.",
        "Register exactly this one in the app's settings: {redirect}",
    ),
    (
        r"verifier|code.challenge",  # (4)
        "bad_verifier",
        "The answer was for another question than this one.",
        f"{_AGAIN} and use the page it opens.",
    ),
    (
        r"invalid_client|unauthorized_client|client secret|BAD_CLIENT",  # (5)
        "bad_app",
        "The vendor does not know this app, or its secret is another one.",
        "Check the client id and the secret in the app's settings.",
    ),
    (
        r"scope",  # (6)
        "bad_scope",
        "A scope that is asked for is not the app's, or not the account's.",
        "Add the scopes listed above to the app.",
    ),
    (
        r"invalid_grant",  # (3)
        "code_over",
        "The code was used already, or is too old.",
        f"{_AGAIN}: each try has a code of its own.",
    ),
    (
        r"admin_policy|org_internal|BLOCKED|OAUTH_APP|OAUTH_EC|inactive|not.approved",  # (7)
        "blocked",
        "A rule of the organisation keeps the app out.",
        "Ask its administrator to allow the app (for Google also: to add you as a test user).",
    ),
)


def of(word: str, description: str, redirect_uri: str) -> ConfigError:
    """Return our error for the vendor's word; the first line of the table that fits."""
    said = f"{word} {description}"
    shown = word if _WORD.fullmatch(word) else "an error"
    for sign, code, sentence, remedy in _TABLE:
        if re.search(sign, said, re.IGNORECASE):
            told = remedy.format(redirect=redirect_uri)
            return ConfigError(f"{sentence} ({shown})", code=code, remedy=told)
    return ConfigError(  # (8)
        f"The vendor refused to let the app in. ({shown})",
        code="refused",
        remedy="Look at the page in the browser: it says more.",
    )


def foreign_answer() -> ConfigError:
    """Return the error for an answer to a question that was not asked here."""
    return ConfigError(
        "What came back is not the answer to this question.",
        code="foreign_answer",
        remedy="Close older pages, run the command again and use the page it opens; a pasted "
        "address has to be whole.",
    )


def no_code() -> ConfigError:
    """Return the error for an address with nothing in it."""
    return ConfigError(
        "The address has neither a code nor an error in it.",
        code="no_code",
        remedy="Paste the whole address at which the browser ended.",
    )


def no_answer(seconds: float, redirect_uri: str) -> ConfigError:
    """Return the error for a person who did not come back."""
    return ConfigError(
        f"Nobody came back from the vendor's page within {seconds:.0f} seconds.",
        code="no_answer",
        remedy="If the page complained about a redirect URL, register exactly this one in the app's "
        f"settings: {redirect_uri} - or use --no-browser.",
    )
