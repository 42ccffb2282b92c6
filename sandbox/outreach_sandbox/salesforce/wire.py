"""What travels: errors as Salesforce words them, and moments as it prints them.

The one rule: rule code raises `RefusedError` with a `Problem`; whether it becomes a list of
`errorCode`s, a row of a collection or a line of a result file is decided where it is sent.

https://developer.salesforce.com/docs/platform/api-rest/guide/errorcodes.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

JSON_TYPE = "application/json;charset=UTF-8"
CSV_TYPE = "text/csv"
XML_TYPE = "text/xml; charset=utf-8"

Values = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """A reply before headers that every reply carries."""

    status: int = 200
    body: dict[str, Any] | list[Any] | str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = JSON_TYPE


@dataclass(frozen=True)
class Problem:
    """One error; `fields` is None where the vendor leaves the key out."""

    code: str
    message: str
    fields: tuple[str, ...] | None = None
    status: int = 400
    extra: Values = field(default_factory=dict)

    def as_error(self) -> Values:
        """An item of a REST error list: the key is `errorCode`."""
        shown: Values = {**self.extra, "message": self.message, "errorCode": self.code}
        return shown if self.fields is None else shown | {"fields": list(self.fields)}

    def as_row(self) -> Values:
        """An item of a collection row's `errors`: the key is `statusCode`."""
        fields = list(self.fields or ())
        return {"statusCode": self.code, "message": self.message, "fields": fields, **self.extra}

    def as_csv(self) -> str:
        """The `sf__Error` of a result file; it never names other records."""
        fields = f"{','.join(self.fields)} " if self.fields else ""
        return f"{self.code}:{self.message}:{fields}--"


class RefusedError(Exception):
    """Rule code stops here."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.code}: {problem.message}")
        self.problem = problem


class SeveralMatchesError(Exception):
    """An upsert key belongs to more than one record."""

    def __init__(self, ids: list[str]) -> None:
        super().__init__("several records have this key")
        self.ids = ids


class NotBuiltError(Exception):
    """The request is one the vendor knows and this sandbox does not act out."""


def refuse(code: str, message: str, *fields: str, status: int = 400) -> RefusedError:
    """An error with its list of fields, empty or not."""
    return RefusedError(Problem(code, message, fields, status))


def not_found(message: str = "The requested resource does not exist") -> RefusedError:
    """404, without fields."""
    return RefusedError(Problem("NOT_FOUND", message, status=404))


@lru_cache(maxsize=1024)
def stamp(moment: datetime) -> str:
    """A moment as answers print it: whole seconds, no colon in the offset."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


@lru_cache(maxsize=100_000)
def moment_of(text: str) -> datetime | None:
    """A dateTime that names its offset, or a date at midnight; None if it is neither."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def day_of(text: str) -> date | None:
    """A date `YYYY-MM-DD`; None if it is none."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def http_date(text: str) -> datetime | None:
    """An HTTP date; None if it is none."""
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def minute(moment: datetime) -> datetime:
    """Seconds are ignored by the replication calls."""
    return moment.replace(second=0, microsecond=0)


DAY = timedelta(days=1)


class OauthError(Exception):
    """A JSON object with `error`, HTTP 400; never a list."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.answer = Answer(400, {"error": error, "error_description": description})
