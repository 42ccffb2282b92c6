"""Run by Airflow's own interpreter: prints, as JSON on the last line, what Airflow makes of the DAG.

Rule: it imports nothing of the workspace, whose libraries Airflow's environment does not have.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

from airflow.dag_processing.dagbag import DagBag
from airflow.sdk.exceptions import AirflowFailException


def parsed(folder: Path) -> dict[str, Any]:
    """The folder as Airflow's own parser reads it."""
    bag = DagBag(folder)
    if bag.import_errors or list(bag.dags) != ["outreach_sync"]:
        return {"errors": bag.import_errors, "dags": list(bag.dags)}
    dag = bag.dags["outreach_sync"]
    sync = dag.get_task("sync")
    return {
        "errors": bag.import_errors,
        "tasks": {task.task_id: task.is_mapped for task in dag.tasks},
        "upstream": sorted(sync.upstream_task_ids),
        "schedule": dag.schedule,
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "pool": sync.pool,
        "retries": sync.retries,
        "retry_delay": sync.retry_delay.total_seconds(),
        "retry_backoff": sync.retry_exponential_backoff,
        "execution_timeout": sync.execution_timeout.total_seconds(),
    }


def read(folder: Path, files: list[str]) -> dict[str, Any]:
    """Per workspaces file the names that the reading task returns, or why it refuses."""
    spec = importlib.util.spec_from_file_location("outreach_sync", folder / "outreach_sync.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: dict[str, Any] = {}
    for file in files:
        os.environ["OUTREACH_WORKSPACES_FILE"] = file
        try:
            found[Path(file).stem] = [w["name"] for w in module.read_workspaces.function()]
        except AirflowFailException as refusal:
            found[Path(file).stem] = str(refusal)
    return found


if __name__ == "__main__":
    dags = Path(sys.argv[1])
    print(json.dumps(read(dags, sys.argv[2:]) if sys.argv[2:] else parsed(dags)))
