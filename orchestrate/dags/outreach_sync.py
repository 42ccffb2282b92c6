"""Runs every workspace's job on Airflow 3: one mapped task per entry of the workspaces file.

Rule: a workspace reaches its task as references. A secret is looked up in the task that needs it, and
lies in no XCom, no rendered field and no log.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import Connection, Context, dag, task
from airflow.sdk.exceptions import AirflowFailException
from airflow.sdk.log import mask_secret

PROJECT = Path(os.environ.get("OUTREACH_PROJECT_DIR") or Path(__file__).resolve().parents[2])
NEEDED = {"name", "spreadsheet_id"}
OPTIONAL = {"job", "environment", "ledger_url", "settings"}
# what no two workspaces may have in common
OWN = ("WORKSPACE", "OUTREACH_SPREADSHEET_ID", "OUTREACH_LEDGER_URL")
SECRET = re.compile(
    r"\w+_(TOKEN|SECRET|PASSWORD|(PRIVATE|SIGNING|DEVELOPER)_KEY|SERVICE_ACCOUNT_JSON|LEDGER_URL|NOTIFY_(WEBHOOK|EMAIL))"
)
# what a run gets from the worker: neither other workspaces' secrets nor Airflow's own
PASSED_ON = re.compile(
    r"PATH|HOME|LANG|LC_ALL|TZ|TMPDIR|SSL_CERT_FILE|REQUESTS_CA_BUNDLE|(?i:https?_proxy|no_proxy)"
    r"|MELTANO_\w+|SANDBOX_\w+_URL|OUTREACH_WORKSPACES_DIR"
)


@task
def read_workspaces() -> list[dict[str, Any]]:
    """Read the workspaces file; what is wrong or would mix two workspaces stops all of them."""
    named = os.environ.get("OUTREACH_WORKSPACES_FILE")
    path = Path(named) if named else PROJECT / "orchestrate" / "workspaces.yml"
    found = yaml.safe_load(path.read_text(encoding="utf-8"))["workspaces"]
    for workspace in found:
        if wrong := complaint(workspace):
            raise AirflowFailException(f"workspace {workspace.get('name')}: {wrong}")
    for key in OWN:
        values = [str(own[key]) for own in map(variables, found) if key in own]
        if len(values) != len(set(values)):
            raise AirflowFailException(f"two workspaces have the same {key}")
    return found


def complaint(workspace: dict[str, Any]) -> str | None:
    """Return what is wrong with an entry, without any value of it."""
    if wrong := NEEDED - workspace.keys() | workspace.keys() - NEEDED - OPTIONAL:
        return f"missing or unknown keys {sorted(wrong)}"
    for key, value in variables(workspace).items():
        match value:
            case {"env": str()} | {"connection": str()} if len(value) == 1:
                continue
            case str() | int() if not SECRET.fullmatch(key):
                continue
        return (
            f"{key} must be {{env: NAME}} or {{connection: ID}}, or plain text if it is no secret"
        )
    return None


def variables(workspace: dict[str, Any]) -> dict[str, Any]:
    """Return the variables of a workspace's run, secrets still as references."""
    ledger = workspace.get("ledger_url")
    return {
        **workspace.get("settings", {}),
        **({"OUTREACH_LEDGER_URL": ledger} if ledger else {}),
        "OUTREACH_SPREADSHEET_ID": workspace["spreadsheet_id"],
        "MELTANO_ENVIRONMENT": workspace.get("environment", "sandbox"),
        # no settings: they are the launcher's arguments
        "WORKSPACE": workspace["name"],
        "JOB": workspace.get("job", "hubspot-sync"),
    }


def resolved(value: Any) -> str:
    """Look up what a reference stands for; Airflow hides it in logs from here on."""
    match value:
        case {"env": variable}:
            secret = os.environ.get(variable)
        case {"connection": connection}:
            secret = Connection.get(connection).password
        case _:
            return str(value)
    if not secret:
        raise AirflowFailException(f"{value} leads to no secret")
    mask_secret(secret)
    return secret


class SyncWorkspace(BashOperator):
    """Runs the launcher in one workspace's environment; a kill reaches the whole process group."""

    def __init__(self, *, workspace: dict[str, Any], **kwargs: Any) -> None:
        # both words travel as variables: nothing of the workspaces file becomes shell text
        command = 'exec orchestrate/run-workspace "$WORKSPACE" "$JOB"'
        super().__init__(bash_command=command, cwd=str(PROJECT), skip_on_exit_code=None, **kwargs)
        self.workspace = workspace

    def get_env(self, context: Context) -> dict[str, str]:
        passed_on = {key: value for key, value in os.environ.items() if PASSED_ON.fullmatch(key)}
        return passed_on | {k: resolved(v) for k, v in variables(self.workspace).items()}


@dag(
    schedule="*/15 * * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["outreach"],
)
def outreach_sync() -> None:
    SyncWorkspace.partial(
        task_id="sync",
        map_index_template="{{ task.workspace['name'] }}",
        # a pool of its own, whose slots are what the vendors' quotas bear at once
        pool="outreach_sync",
        retries=2,
        retry_delay=timedelta(minutes=1),
        retry_exponential_backoff=2.0,
        # as long as a plan may be delivered
        execution_timeout=timedelta(hours=1),
        do_xcom_push=False,
    ).expand(workspace=read_workspaces())


outreach_sync()
