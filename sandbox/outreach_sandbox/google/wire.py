"""The error shapes of Google's three services, each in one place.

Rule: rule code raises what is built here; it never writes an error body itself.
"""

from __future__ import annotations

from typing import Any

from outreach_sandbox.kernel.wire import Refused, Reply

__all__ = [
    "FORBIDDEN",
    "MISSING",
    "NO_CREDENTIAL",
    "Refused",
    "Reply",
    "drive_error",
    "drive_missing",
    "invalid",
    "missing",
    "quota_exceeded",
    "sheets_error",
    "token_error",
    "unbuilt",
    "wrong_type",
]

# https://cloud.google.com/apis/design/errors#handling_errors
CANONICAL = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}
MISSING = "Requested entity was not found."
FORBIDDEN = "The caller does not have permission"
NO_CREDENTIAL = (
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie "
    "or other valid authentication credential. See "
    "https://developers.google.com/identity/sign-in/web/devconsole-project."
)
# https://developers.google.com/workspace/sheets/api/limits
TOO_MANY = (
    "Quota exceeded for quota metric '{metric} requests' and limit '{metric} requests per minute "
    "per user' of service 'sheets.googleapis.com' for consumer 'project_number:000000000000'."
)


def sheets_error(status: int, message: str, details: list[dict[str, Any]] | None = None) -> Reply:
    """An error as Sheets words it."""
    error: dict[str, Any] = {
        "code": status,
        "message": message,
        "status": CANONICAL.get(status, "UNKNOWN"),
    }
    if details:
        error["details"] = details
    return Reply(status, {"error": error})


def invalid(message: str) -> Refused:
    """400 with this message."""
    return Refused(sheets_error(400, message))


def wrong_type(field: str, expected: str, value: str) -> Refused:
    """400 for JSON of the wrong type, with the field named in the details."""
    text = f"Invalid value at '{field}' ({expected}), {value}"
    return Refused(
        sheets_error(
            400,
            text,
            [
                {
                    "@type": "type.googleapis.com/google.rpc.BadRequest",
                    "fieldViolations": [{"field": field, "description": text}],
                }
            ],
        )
    )


def missing() -> Refused:
    """404 of Sheets."""
    return Refused(sheets_error(404, MISSING))


def unbuilt(what: str) -> Refused:
    """501: Google knows this, the sandbox does not."""
    return Refused(
        Reply(
            501,
            {
                "error": f"not built in this sandbox: {what}",
                "remedy": "use a request the sandbox has, or build this one first",
            },
        )
    )


def quota_exceeded(kind: str, limit: int) -> Reply:
    """429 of Sheets; there is no Retry-After header."""
    return sheets_error(
        429,
        TOO_MANY.format(metric=kind),
        [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "RATE_LIMIT_EXCEEDED",
                "domain": "googleapis.com",
                "metadata": {
                    "service": "sheets.googleapis.com",
                    "quota_metric": f"sheets.googleapis.com/{kind.lower()}_requests",
                    "quota_limit": f"{kind}RequestsPerMinutePerUser",
                    "quota_limit_value": str(limit),
                    "quota_unit": "1/min/{project}/{user}",
                    "quota_location": "global",
                    "consumer": "projects/000000000000",
                },
            }
        ],
    )


def drive_error(status: int, reason: str, message: str, domain: str = "global") -> Reply:
    """An error as Drive words it: a list of errors and no status word."""
    # https://developers.google.com/workspace/drive/api/guides/handle-errors
    detail: dict[str, Any] = {"message": message, "domain": domain, "reason": reason}
    return Reply(status, {"error": {"code": status, "message": message, "errors": [detail]}})


def drive_missing(file_id: str) -> Refused:
    """404 of Drive."""
    return Refused(drive_error(404, "notFound", f"File not found: {file_id}."))


def token_error(error: str, description: str, status: int = 400) -> Refused:
    """The token endpoint's errors are flat."""
    # https://developers.google.com/identity/protocols/oauth2/service-account
    return Refused(Reply(status, {"error": error, "error_description": description}))
