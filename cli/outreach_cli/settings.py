"""Where the command finds its settings, inside Meltano and outside it.

Rule: a setting has one name everywhere (Meltano's), the process environment wins over the project's
`.env`, and a blank text counts as not set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values

from outreach_cli.notify_settings import NAMES as NOTIFY
from outreach_cli.notify_settings import Notify, notify_from
from outreach_core.errors import ConfigError

SANDBOX = "sandbox"
PROD = "prod"
HUBSPOT_URL = "https://api.hubapi.com"
SALESFORCE_LOGIN_URL = "https://login.salesforce.com"
GOOGLE_URL = "https://sheets.googleapis.com"
GOOGLE_TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address

# what one setting may be called: by Meltano for this plugin, for the HubSpot plugins, or by people
_NAMES: Mapping[str, tuple[str, ...]] = {
    "ledger_url": ("OUTREACH_LEDGER_URL",),
    "rules_dir": ("OUTREACH_RULES_DIR",),
    "connections_file": ("OUTREACH_CONNECTIONS_FILE",),
    "spreadsheet_id": (
        "OUTREACH_SPREADSHEET_ID",
        "TARGET_OUTREACH_SHEETS_SPREADSHEET_ID",
        "TAP_OUTREACH_SHEETS_SPREADSHEET_ID",
    ),
    "tab": ("OUTREACH_TAB", "TARGET_OUTREACH_SHEETS_TAB", "TAP_OUTREACH_SHEETS_TAB"),
    "google_base_url": (
        "OUTREACH_GOOGLE_BASE_URL",
        "TARGET_OUTREACH_SHEETS_API_BASE_URL",
        "TAP_OUTREACH_SHEETS_API_BASE_URL",
    ),
    "google_token_url": (
        "OUTREACH_GOOGLE_TOKEN_URL",
        "TARGET_OUTREACH_SHEETS_TOKEN_URL",
        "TAP_OUTREACH_SHEETS_TOKEN_URL",
    ),
    "google_service_account_json": (
        "OUTREACH_GOOGLE_SERVICE_ACCOUNT_JSON",
        "TARGET_OUTREACH_SHEETS_SERVICE_ACCOUNT_JSON",
        "TAP_OUTREACH_SHEETS_SERVICE_ACCOUNT_JSON",
    ),
    "google_service_account_file": (
        "OUTREACH_GOOGLE_SERVICE_ACCOUNT_FILE",
        "TARGET_OUTREACH_SHEETS_SERVICE_ACCOUNT_FILE",
        "TAP_OUTREACH_SHEETS_SERVICE_ACCOUNT_FILE",
    ),
    "google_connection": (
        "OUTREACH_GOOGLE_CONNECTION",
        "TARGET_OUTREACH_SHEETS_CONNECTION",
        "TAP_OUTREACH_SHEETS_CONNECTION",
    ),
    "google_client_id": (
        "OUTREACH_GOOGLE_CLIENT_ID",
        "TARGET_OUTREACH_SHEETS_CLIENT_ID",
        "TAP_OUTREACH_SHEETS_CLIENT_ID",
    ),
    "google_client_secret": (
        "OUTREACH_GOOGLE_CLIENT_SECRET",
        "TARGET_OUTREACH_SHEETS_CLIENT_SECRET",
        "TAP_OUTREACH_SHEETS_CLIENT_SECRET",
    ),
    "google_refresh_token": (
        "OUTREACH_GOOGLE_REFRESH_TOKEN",
        "TARGET_OUTREACH_SHEETS_REFRESH_TOKEN",
        "TAP_OUTREACH_SHEETS_REFRESH_TOKEN",
    ),
    "hubspot_base_url": (
        "OUTREACH_HUBSPOT_BASE_URL",
        "TARGET_HUBSPOT_ACTIVITIES_API_BASE_URL",
        "TAP_HUBSPOT_CRM_API_BASE_URL",
    ),
    "hubspot_token_url": (
        "OUTREACH_HUBSPOT_TOKEN_URL",
        "TARGET_HUBSPOT_ACTIVITIES_TOKEN_URL",
        "TAP_HUBSPOT_CRM_TOKEN_URL",
    ),
    "hubspot_connection": (
        "OUTREACH_HUBSPOT_CONNECTION",
        "TARGET_HUBSPOT_ACTIVITIES_CONNECTION",
        "TAP_HUBSPOT_CRM_CONNECTION",
    ),
    "hubspot_access_token": (
        "HUBSPOT_ACCESS_TOKEN",
        "OUTREACH_HUBSPOT_ACCESS_TOKEN",
        "TARGET_HUBSPOT_ACTIVITIES_ACCESS_TOKEN",
        "TAP_HUBSPOT_CRM_ACCESS_TOKEN",
    ),
    "hubspot_client_id": (
        "HUBSPOT_CLIENT_ID",
        "OUTREACH_HUBSPOT_CLIENT_ID",
        "TARGET_HUBSPOT_ACTIVITIES_CLIENT_ID",
        "TAP_HUBSPOT_CRM_CLIENT_ID",
    ),
    "hubspot_client_secret": (
        "HUBSPOT_CLIENT_SECRET",
        "OUTREACH_HUBSPOT_CLIENT_SECRET",
        "TARGET_HUBSPOT_ACTIVITIES_CLIENT_SECRET",
        "TAP_HUBSPOT_CRM_CLIENT_SECRET",
    ),
    "hubspot_refresh_token": (
        "HUBSPOT_REFRESH_TOKEN",
        "OUTREACH_HUBSPOT_REFRESH_TOKEN",
        "TARGET_HUBSPOT_ACTIVITIES_REFRESH_TOKEN",
        "TAP_HUBSPOT_CRM_REFRESH_TOKEN",
    ),
    "hubspot_app_id": ("OUTREACH_HUBSPOT_APP_ID",),
    "hubspot_developer_key": ("OUTREACH_HUBSPOT_DEVELOPER_KEY",),
    "salesforce_api_base_url": (
        "OUTREACH_SALESFORCE_API_BASE_URL",
        "TARGET_SALESFORCE_LEADS_API_BASE_URL",
        "TAP_SALESFORCE_CRM_API_BASE_URL",
    ),
    "salesforce_login_url": (
        "OUTREACH_SALESFORCE_LOGIN_URL",
        "TARGET_SALESFORCE_LEADS_LOGIN_URL",
        "TAP_SALESFORCE_CRM_LOGIN_URL",
    ),
    "salesforce_connection": (
        "OUTREACH_SALESFORCE_CONNECTION",
        "TARGET_SALESFORCE_LEADS_CONNECTION",
        "TAP_SALESFORCE_CRM_CONNECTION",
    ),
    "salesforce_client_id": (
        "SALESFORCE_CLIENT_ID",
        "OUTREACH_SALESFORCE_CLIENT_ID",
        "TARGET_SALESFORCE_LEADS_CLIENT_ID",
        "TAP_SALESFORCE_CRM_CLIENT_ID",
    ),
    "salesforce_client_secret": (
        "SALESFORCE_CLIENT_SECRET",
        "OUTREACH_SALESFORCE_CLIENT_SECRET",
        "TARGET_SALESFORCE_LEADS_CLIENT_SECRET",
        "TAP_SALESFORCE_CRM_CLIENT_SECRET",
    ),
    "salesforce_refresh_token": (
        "SALESFORCE_REFRESH_TOKEN",
        "OUTREACH_SALESFORCE_REFRESH_TOKEN",
        "TARGET_SALESFORCE_LEADS_REFRESH_TOKEN",
        "TAP_SALESFORCE_CRM_REFRESH_TOKEN",
    ),
    "salesforce_token_file": (
        "OUTREACH_SALESFORCE_TOKEN_FILE",
        "TARGET_SALESFORCE_LEADS_TOKEN_FILE",
        "TAP_SALESFORCE_CRM_TOKEN_FILE",
    ),
    "salesforce_username": (
        "SALESFORCE_USERNAME",
        "OUTREACH_SALESFORCE_USERNAME",
        "TARGET_SALESFORCE_LEADS_USERNAME",
        "TAP_SALESFORCE_CRM_USERNAME",
    ),
    "salesforce_password": (
        "SALESFORCE_PASSWORD",
        "OUTREACH_SALESFORCE_PASSWORD",
        "TARGET_SALESFORCE_LEADS_PASSWORD",
        "TAP_SALESFORCE_CRM_PASSWORD",
    ),
    "salesforce_security_token": (
        "SALESFORCE_SECURITY_TOKEN",
        "OUTREACH_SALESFORCE_SECURITY_TOKEN",
        "TARGET_SALESFORCE_LEADS_SECURITY_TOKEN",
        "TAP_SALESFORCE_CRM_SECURITY_TOKEN",
    ),
    "salesforce_private_key": (
        "SALESFORCE_PRIVATE_KEY",
        "OUTREACH_SALESFORCE_PRIVATE_KEY",
        "TARGET_SALESFORCE_LEADS_PRIVATE_KEY",
        "TAP_SALESFORCE_CRM_PRIVATE_KEY",
    ),
    "salesforce_private_key_file": (
        "SALESFORCE_PRIVATE_KEY_FILE",
        "OUTREACH_SALESFORCE_PRIVATE_KEY_FILE",
        "TARGET_SALESFORCE_LEADS_PRIVATE_KEY_FILE",
        "TAP_SALESFORCE_CRM_PRIVATE_KEY_FILE",
    ),
    "salesforce_signing_key": ("OUTREACH_SALESFORCE_SIGNING_KEY",),
    "salesforce_signing_key_file": ("OUTREACH_SALESFORCE_SIGNING_KEY_FILE",),
    "operations_token": ("OUTREACH_OPERATIONS_TOKEN",),
    "operations_token_file": ("OUTREACH_OPERATIONS_TOKEN_FILE",),
    **NOTIFY,
}


@dataclass(frozen=True, slots=True)
class HubSpotAccess:
    """How HubSpot is reached. Secrets never show in a representation."""

    base_url: str | None
    token_url: str | None
    connection: str | None = None
    access_token: str | None = field(default=None, repr=False)
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    app_id: str | None = None
    developer_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class GoogleAccess:
    """How Google and the spreadsheet are reached. Secrets never show in a representation."""

    base_url: str | None
    token_url: str | None
    spreadsheet_id: str | None = None
    tab: str | None = None
    connection: str | None = None
    service_account_json: str | None = field(default=None, repr=False)
    service_account_file: str | None = None
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SalesforceAccess:
    """How Salesforce is reached. Secrets never show in a representation."""

    api_base_url: str | None
    login_url: str | None
    connection: str | None = None
    token_file: str | None = None
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    security_token: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    private_key_file: str | None = None

    def to_config(self) -> dict[str, str | None]:
        """Return the settings by the names the Salesforce plugins give them."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Signing:
    """What the Salesforce package signs its messages with; HubSpot signs with the app's client secret."""

    salesforce_key: str | None = field(default=None, repr=False)
    salesforce_key_file: str | None = None


@dataclass(frozen=True, slots=True)
class OperationsAccess:
    """Who may see the operations page: whoever knows the token."""

    token: str | None = field(default=None, repr=False)
    token_file: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the commands are told from outside."""

    environment: str
    project_root: Path
    ledger_url: str = field(repr=False)  # may carry a password
    rules_dir: Path
    hubspot: HubSpotAccess
    google: GoogleAccess
    salesforce: SalesforceAccess
    meltano_dir: Path  # Meltano's own folder
    connections_file: Path  # what `outreach connect` writes
    meltano_database_url: str | None = field(default=None, repr=False)
    notify: Notify = field(default_factory=Notify)
    signing: Signing = field(default_factory=Signing)
    operations: OperationsAccess = field(default_factory=OperationsAccess)


def find_project_root(start: Path) -> Path:
    """Return the nearest folder, from `start` upwards, that holds a `meltano.yml`."""
    for folder in (start, *start.parents):
        if (folder / "meltano.yml").is_file():
            return folder
    raise ConfigError(
        "This folder is not inside the project.",
        code="no_project",
        remedy="Change into the folder that holds meltano.yml and try again.",
    )


def load_settings(environ: Mapping[str, str], cwd: Path) -> Settings:
    """Read the settings from `environ` and from the project's `.env`."""
    root = Path(environ.get("MELTANO_PROJECT_ROOT") or find_project_root(cwd))
    told = _without_blanks(dotenv_values(root / ".env", interpolate=False))
    told |= _without_blanks(environ)
    environment = _environment(told)
    found = {name: _first(told, names) for name, names in _NAMES.items()}
    return Settings(
        environment=environment,
        project_root=root,
        ledger_url=found["ledger_url"] or f"sqlite:///{root / '.outreach' / 'ledger.db'}",
        rules_dir=Path(found["rules_dir"] or root / "transforms" / "rules"),
        hubspot=_hubspot(environment, told, found),
        google=_google(environment, told, found),
        salesforce=_salesforce(environment, told, found, root),
        meltano_dir=Path(told.get("MELTANO_SYS_DIR_ROOT") or root / ".meltano"),
        connections_file=Path(found["connections_file"] or root / ".outreach" / "connections.json"),
        meltano_database_url=told.get("MELTANO_DATABASE_URI"),
        notify=notify_from(found),
        signing=Signing(found["salesforce_signing_key"], found["salesforce_signing_key_file"]),
        operations=OperationsAccess(found["operations_token"], found["operations_token_file"]),
    )


def _hubspot(
    environment: str, told: Mapping[str, str], found: Mapping[str, str | None]
) -> HubSpotAccess:
    """In the sandbox nothing but its own URL may be meant, so no vendor default applies there."""
    fallback = told.get("SANDBOX_HUBSPOT_URL") if environment == SANDBOX else HUBSPOT_URL
    base_url = found["hubspot_base_url"] or fallback
    return HubSpotAccess(
        base_url=base_url,
        token_url=found["hubspot_token_url"] or (base_url and f"{base_url}/oauth/v1/token"),
        connection=found["hubspot_connection"],
        access_token=found["hubspot_access_token"],
        client_id=found["hubspot_client_id"],
        client_secret=found["hubspot_client_secret"],
        refresh_token=found["hubspot_refresh_token"],
        app_id=found["hubspot_app_id"],
        developer_key=found["hubspot_developer_key"],
    )


def _google(
    environment: str, told: Mapping[str, str], found: Mapping[str, str | None]
) -> GoogleAccess:
    """As with HubSpot: in the sandbox nothing but its own URL may be meant."""
    is_sandbox = environment == SANDBOX
    base_url = found["google_base_url"] or (
        told.get("SANDBOX_GOOGLE_URL") if is_sandbox else GOOGLE_URL
    )
    own_token_url = f"{base_url}/token" if is_sandbox and base_url else None
    return GoogleAccess(
        base_url=base_url,
        token_url=found["google_token_url"] or own_token_url or GOOGLE_TOKEN_URL,
        spreadsheet_id=found["spreadsheet_id"],
        tab=found["tab"],
        connection=found["google_connection"],
        service_account_json=found["google_service_account_json"],
        service_account_file=found["google_service_account_file"],
        client_id=found["google_client_id"],
        client_secret=found["google_client_secret"],
        refresh_token=found["google_refresh_token"],
    )


def _salesforce(
    environment: str, told: Mapping[str, str], found: Mapping[str, str | None], root: Path
) -> SalesforceAccess:
    """As with HubSpot; in production the sign-in says where the org is unless that is set."""
    is_sandbox = environment == SANDBOX
    own = told.get("SANDBOX_SALESFORCE_URL") if is_sandbox else None
    given = {
        name.removeprefix("salesforce_"): value
        for name, value in found.items()
        if name.startswith("salesforce_") and not name.startswith("salesforce_signing_")
    }
    given["api_base_url"] = given["api_base_url"] or own
    given["login_url"] = given["login_url"] or (own if is_sandbox else SALESFORCE_LOGIN_URL)
    given["token_file"] = given["token_file"] or str(root / ".outreach" / "salesforce-token.json")
    return SalesforceAccess(**given)


def _environment(told: Mapping[str, str]) -> str:
    """Return which world is meant; anything that is not plainly `prod` is the sandbox."""
    named = _first(told, ("OUTREACH_OUTREACH_ENVIRONMENT", "OUTREACH_ENVIRONMENT"))
    environment = named or (PROD if told.get("MELTANO_ENVIRONMENT") == PROD else SANDBOX)
    if environment not in (SANDBOX, PROD):
        raise ConfigError(
            "OUTREACH_ENVIRONMENT names no known environment.",
            code="bad_environment",
            remedy="Set it to sandbox or prod.",
        )
    return environment


def _first(told: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((told[name] for name in names if name in told), None)


def _without_blanks(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
