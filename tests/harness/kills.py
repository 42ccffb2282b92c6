"""Kill a run at a chosen request, and compare worlds afterwards."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from typing import Any

import psutil

from harness import forked
from harness.campaign import records
from harness.world import World

PATIENCE = 60.0
# what follows from an estimated time is left out too
_OUR_TIMES = {"Last Synced", "Last Contacted", "_sync_id"}
_IDS = {
    *("hs_object_id", "outreach_row_id", "createdate", "lastmodifieddate", "hs_merged_object_ids"),
    *("notes_last_contacted", "notes_last_updated", "outreach_last_contacted"),
    *("associatedcompanyid", "associatedcompanylastupdated", "hs_latest_source_timestamp"),
}


@dataclass(frozen=True)
class KillPoint:
    """The n-th vendor request of a run, before it takes effect or after."""

    nth: int
    phase: str  # before | after
    whom: str  # plugin | meltano | group

    def __str__(self) -> str:
        return f"{self.whom}-{self.phase}-{self.nth}"


def run_killed(world: World, point: KillPoint) -> bool:
    """Run the job and kill at the point; return whether the point was reached."""
    runner = world.start()
    fault: dict[str, Any] = {
        "vendor": "*",
        "operation": "*",
        "kind_of_call": "api",
        "kind": point.phase,
        "skip": point.nth,
    }
    if point.whom == "plugin":
        fault |= {"delay_seconds": 3, "reset": True}
    else:
        fault |= {"kill_pid": runner, "kill_group": point.whom == "group"}
    # the runner is started stopped-free but slow to its first call: forking plugins takes longer
    world.control.queue_faults(fault)
    if point.whom == "plugin":
        _kill_the_caller(world, runner)
    forked.wait(runner)
    reached = all(f["consumed"] for f in world.control.faults())
    world.control.forget_faults()
    _wait_for_orphans(runner)
    return reached


def _kill_the_caller(world: World, runner: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if any(f["consumed"] for f in world.control.faults()):
            break
        if psutil.Process(runner).status() == psutil.STATUS_ZOMBIE:
            return
        time.sleep(0.02)
    ports = {int(url.rsplit(":", 1)[1]) for url in world.sandbox.urls.values()}
    for child in psutil.Process(runner).children(recursive=True):
        try:
            if any(c.raddr and c.raddr.port in ports for c in child.net_connections("tcp")):
                os.kill(child.pid, signal.SIGKILL)
        except (psutil.Error, ProcessLookupError):
            continue


def _wait_for_orphans(runner: int) -> None:
    """Plugins outlive a killed runner for a moment; the next run's ``begin`` waits for them too."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            os.killpg(runner, 0)
        except (ProcessLookupError, PermissionError):
            return
        time.sleep(0.02)


def _without_estimates(values: list[Any]) -> list[Any]:
    """Leave out a time that depends on when the sheet was read, which a kill moves."""
    if not any("[time estimated" in str(value) for value in values):
        return values
    kept = [value for value in values if not str(value).endswith("Z")]
    return [str(value).partition("[time estimated")[0] for value in kept]


_TOLD = {
    "companies": ("domain", "name"),
    "emails": ("hs_email_direction", "hs_timestamp", "hs_email_subject", "hs_email_text"),
    "deals": ("dealname", "dealstage", "pipeline"),
}


def sheet(world: World) -> dict[str, Any]:
    """Return each row by its address, without links and times."""
    left_out = {*_OUR_TIMES, "HubSpot", "Salesforce"}
    return {
        row["Email"]: {k: v for k, v in row.items() if k not in left_out} for row in world.rows()
    }


def final_state(world: World) -> dict[str, Any]:
    """Return everything a person would compare, ids and times left out."""
    contacts = sorted(
        sorted(
            (name, value)
            for name, value in contact["properties"].items()
            if value and name not in _IDS
        )
        for contact in world.contacts()
    )
    return {"sheet": sheet(world), "contacts": contacts, **_told(world)}


def _told(world: World) -> dict[str, Any]:
    """Return what HubSpot was told, and who is tied to it."""
    names = {
        **{c["id"]: c["properties"]["email"] for c in world.contacts()},
        **{c["id"]: c["properties"]["domain"] for c in records(world, "companies")},
    }
    found: dict[str, Any] = {}
    for obj, wanted in _TOLD.items():
        found[obj] = sorted(
            (
                _without_estimates([record["properties"].get(name) for name in wanted]),
                sorted({names.get(end["id"], "?") for end in record["associations"]}),
            )
            for record in records(world, obj)
        )
    return found
