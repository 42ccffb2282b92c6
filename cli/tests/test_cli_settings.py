"""Settings come from one place, whichever way the command was started."""

from __future__ import annotations

from pathlib import Path

import pytest

from outreach_cli.settings import find_project_root, load_settings
from outreach_core.errors import ConfigError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "meltano.yml").touch()
    return tmp_path


def test_process_environment_wins_over_dotenv(project: Path) -> None:
    """A variable of the shell counts more than the line in .env."""
    (project / ".env").write_text("OUTREACH_LEDGER_URL=sqlite:///dotenv.db\n")

    assert "sqlite:///dotenv.db" == load_settings({}, project).ledger_url
    assert (
        "sqlite:///shell.db"
        == load_settings({"OUTREACH_LEDGER_URL": "sqlite:///shell.db"}, project).ledger_url
    )


def test_root_is_nearest_parent_with_meltano_yml(project: Path) -> None:
    """The command may be called from any folder of the project."""
    deep = project / "a" / "b"
    deep.mkdir(parents=True)

    assert project == load_settings({}, deep).project_root


def test_outside_a_project_says_where_to_go(tmp_path: Path) -> None:
    """Called elsewhere, the command names the folder it looks for."""
    with pytest.raises(ConfigError, match=r"meltano\.yml"):
        find_project_root(tmp_path)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "sandbox"),
        ({"MELTANO_ENVIRONMENT": "sandbox"}, "sandbox"),
        ({"MELTANO_ENVIRONMENT": "prod"}, "prod"),
        ({"MELTANO_ENVIRONMENT": "prod", "OUTREACH_ENVIRONMENT": "sandbox"}, "sandbox"),
        ({"OUTREACH_OUTREACH_ENVIRONMENT": "prod"}, "prod"),
        ({"OUTREACH_ENVIRONMENT": ""}, "sandbox"),
    ],
)
def test_environment_is_sandbox_unless_prod_is_named(
    project: Path, environ: dict[str, str], expected: str
) -> None:
    """Only a plain `prod` leads to the real vendors."""
    assert expected == load_settings(environ, project).environment


def test_sandbox_never_falls_back_to_the_vendor(project: Path) -> None:
    """Without its URL the sandbox has no HubSpot at all."""
    assert load_settings({}, project).hubspot.base_url is None
    assert (
        "https://api.hubapi.com"
        == load_settings({"OUTREACH_ENVIRONMENT": "prod"}, project).hubspot.base_url
    )


def test_secrets_do_not_show(project: Path) -> None:
    """Printing the settings prints no secret."""
    environ = {
        "HUBSPOT_ACCESS_TOKEN": "hush-token",
        "HUBSPOT_CLIENT_SECRET": "hush-client",
        "HUBSPOT_REFRESH_TOKEN": "hush-refresh",
        "OUTREACH_LEDGER_URL": "postgresql://me:hush-password@127.0.0.1/ledger",
    }

    settings = load_settings(environ, project)

    assert "hush-token" == settings.hubspot.access_token
    assert "hush" not in repr(settings)
