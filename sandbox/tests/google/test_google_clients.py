"""The real client libraries against the emulator, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gspread
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2 import credentials, service_account
from gspread.utils import ValidationConditionType

if TYPE_CHECKING:
    from outreach_sandbox.kernel.server import Running

SERVICE = "sync@sandbox-project.iam.gserviceaccount.com"
SCOPES = ["https://www.googleapis.com/auth/spreadsheets"]


class Account(service_account.Credentials):
    """A service account that asks only the token endpoint."""

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        return False


@pytest.fixture(scope="module")
def private_key() -> str:
    """A key made for this run."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@pytest.fixture
def account(sandbox: Running, private_key: str) -> Account:
    """Service account credentials whose token endpoint is the sandbox."""
    info = {
        "client_email": SERVICE,
        "private_key": private_key,
        "token_uri": f"{sandbox.google_url}/token",
    }
    return Account.from_service_account_info(info, scopes=SCOPES)


def client(sandbox: Running, account: Account) -> gspread.Client:
    """The gspread client with its two hosts replaced."""

    class Redirected(gspread.HTTPClient):
        def request(self, method: str, endpoint: str, *args: Any, **more: Any) -> Any:
            for host in ("https://sheets.googleapis.com", "https://www.googleapis.com"):
                endpoint = endpoint.replace(host, sandbox.google_url)
            return super().request(method, endpoint, *args, **more)

    found = gspread.authorize(account, http_client=Redirected)
    found.set_timeout((5, 10))
    return found


def test_a_service_account_gets_a_token(account: Account) -> None:
    """google-auth signs an assertion for Google's constant audience and gets an hour."""
    account.refresh(Request())

    assert (True, True) == (account.valid, str(account.token).startswith("ya29."))


def test_a_refresh_token_gets_a_token(sandbox: Running) -> None:
    """The OAuth user's grant works as well."""
    user = credentials.Credentials(
        None,
        refresh_token="refresh",
        token_uri=f"{sandbox.google_url}/token",
        client_id="id",
        client_secret="secret",
    )
    user.refresh(Request())

    assert user.valid


def test_a_revoked_grant_is_flat_and_final(sandbox: Running, account: Account) -> None:
    """invalid_grant reaches google-auth as an error that is not worth a retry."""
    seed = {"google": {}, "switches": {"google.revoked": True}}
    sandbox.control.reset(seed)
    with pytest.raises(RefreshError) as caught:
        account.refresh(Request())

    assert ("invalid_grant", False) == (caught.value.args[1]["error"], caught.value.retryable)


def test_an_expired_token_is_refreshed_by_the_client(sandbox: Running, account: Account) -> None:
    """After an hour of the sandbox's clock a call is 401 once, then works."""
    sheet = client(sandbox, account).open_by_key("book-1")
    sandbox.control.advance(3600)
    sandbox.control.forget_calls()
    sheet.values_get("A1")

    assert [401, 200, 200] == [call["status"] for call in sandbox.control.calls()]


def test_gspread_reads_and_writes(sandbox: Running, account: Account) -> None:
    """Open, write, read, format, protect and validate with gspread alone."""
    sheet = client(sandbox, account).open_by_key("book-1")
    tab = sheet.sheet1
    tab.update([["Name", "N"], ["Café ☕", 2]], "A1:B2")
    tab.batch_update([{"range": "B3", "values": [["=B2*2"]]}], raw=False)
    tab.format("A1:B1", {"textFormat": {"bold": True}})
    tab.add_protected_range("A1:A9", warning_only=True)
    tab.add_validation("C2:C3", ValidationConditionType.one_of_list, ["Yes", "No"])
    other = sheet.add_worksheet("Sync Log", rows=10, cols=3)

    assert (
        [["Name", "N"], ["Café ☕", "2"], ["", "4"]],
        ["Sheet1", "Sync Log"],
        1,
    ) == (tab.get_all_values(), [each.title for each in sheet.worksheets()], other.index)


def test_gspread_makes_and_finds_files(sandbox: Running, account: Account) -> None:
    """A created spreadsheet is found by its title in Drive's listing."""
    found = client(sandbox, account)
    made = found.create("Quarter 4")

    assert made.id == found.open("Quarter 4").id


def test_a_missing_spreadsheet_is_gspreads_own_error(sandbox: Running, account: Account) -> None:
    """404 of Sheets becomes SpreadsheetNotFound."""
    with pytest.raises(gspread.SpreadsheetNotFound):
        client(sandbox, account).open_by_key("no-such-book")
