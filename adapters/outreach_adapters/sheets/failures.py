"""Google's refusals and silences, as our errors; one table for every call.

The rule: Google's own words never go into an error, because they can quote a cell.

| # | what came                                        | error                                       |
|---|--------------------------------------------------|---------------------------------------------|
| 1 | 429; 403 with a rate-limit reason                | Retriable ``rate_limited``                  |
| 2 | 5xx, as JSON or as an HTML page                  | Retriable ``google_unavailable``            |
| 3 | no answer, or a broken one                       | Retriable ``google_unreachable``            |
| 4 | 401, a refused refresh                           | ConfigError ``google_not_authorised``       |
| 5 | 403 of an API that is not switched on            | ConfigError ``google_api_off``              |
| 6 | 403                                              | ConfigError ``sheet_not_shared``            |
| 7 | 404                                              | ConfigError ``sheet_not_found``             |
| 8 | 400 about a range that names no tab              | ConfigError ``tab_not_found``               |
| 9 | 400 about a protected cell                       | ConfigError ``cells_protected``             |
| 10| any other 4xx                                    | Fatal ``google_refused``                    |
https://developers.google.com/workspace/sheets/api/limits
https://developers.google.com/workspace/drive/api/guides/handle-errors
"""

from __future__ import annotations

from typing import Any

import requests
from google.auth import exceptions as auth
from gspread.exceptions import APIError

from outreach_core.errors import ConfigError, Fatal, OutreachError, Retriable

RATE_REASONS = {"RATE_LIMIT_EXCEEDED", "rateLimitExceeded", "userRateLimitExceeded"}
OFF_REASONS = {"SERVICE_DISABLED", "accessNotConfigured"}
SHARE = (
    "Share the spreadsheet, as editor, with the service account (its address is `client_email` in its "
    "key) or with the Google user who granted access, and check `spreadsheet_id`."
)


def translate(error: Exception) -> OutreachError:
    """Return our error for one that a call of ours raised."""
    match error:
        case APIError():
            return of_status(error.response.status_code, _body(error.response), error.response)
        case auth.RefreshError():
            return _of_refresh(error)
        case auth.TransportError() | requests.RequestException() | ValueError():
            return _silence(error)
    return Fatal(f"Google's client failed ({type(error).__name__}).", code="google_client_failed")


def of_status(status: int, body: Any, response: requests.Response | None = None) -> OutreachError:
    """Return our error for an answer that is not a success."""
    error = body.get("error") if isinstance(body, dict) else None
    reasons = _reasons(error if isinstance(error, dict) else {})
    if status == 429 or (status == 403 and reasons & RATE_REASONS):
        return Retriable(
            "Google's rate limit is used up.", code="rate_limited", retry_after=_wait(response)
        )
    if status >= 500:
        return Retriable(
            f"Google answered {status}.", code="google_unavailable", retry_after=_wait(response)
        )
    if status == 401:
        return _not_authorised()
    if status == 403 and reasons & OFF_REASONS:
        return ConfigError(
            "The Sheets or Drive API is not switched on in the Google Cloud project.",
            code="google_api_off",
            remedy="Enable both APIs in the Google Cloud console.",
        )
    if status == 403:
        return ConfigError(
            "Google does not let us into the spreadsheet.", code="sheet_not_shared", remedy=SHARE
        )
    if status == 404:
        return ConfigError(
            "Google does not show us the spreadsheet.", code="sheet_not_found", remedy=SHARE
        )
    message = str(error.get("message", "")) if isinstance(error, dict) else ""
    if status == 400 and "Unable to parse range" in message:
        return ConfigError(
            "The spreadsheet has no tab of that title.",
            code="tab_not_found",
            remedy="Set `tab` to the outreach tab's title, or leave it out for the first tab.",
            setting="tab",
        )
    if status == 400 and "protected cell" in message:
        return ConfigError(
            "A cell that is to be written is protected.",
            code="cells_protected",
            remedy="Give the service account the right to edit it, or make the protection a warning.",
        )
    return Fatal(f"Google refused a request ({status}).", code="google_refused", status=status)


def _reasons(error: dict[str, Any]) -> set[str]:
    listed = [*(error.get("errors") or []), *(error.get("details") or [])]
    return {str(item.get("reason")) for item in listed if isinstance(item, dict)}


def _wait(response: requests.Response | None) -> float | None:
    text = response.headers.get("Retry-After", "") if response is not None else ""
    return float(text) if text.isdigit() else None


def _body(response: requests.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _of_refresh(error: auth.RefreshError) -> OutreachError:
    """A token endpoint that is down answers a page; one that refuses names an OAuth error."""
    details = [item for item in error.args if isinstance(item, dict)]
    if error.retryable or not any("error" in item for item in details):
        return _silence(error)
    return _not_authorised()


def _not_authorised() -> ConfigError:
    return ConfigError(
        "Google does not accept our credentials.",
        code="google_not_authorised",
        # https://developers.google.com/identity/protocols/oauth2#expiration
        remedy="Make a new key, or connect the account again: outreach connect google. The consents of "
        "an app in testing end after a week.",
    )


def _silence(error: Exception) -> Retriable:
    return Retriable(
        f"Google gave no usable answer ({type(error).__name__}).", code="google_unreachable"
    )
