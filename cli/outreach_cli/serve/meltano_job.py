"""Reads a job as `meltano run` would: tasks, settings, catalogs and states, by Meltano's own library.

The rule: nothing is interpreted here. Meltano lays `meltano.yml`, `.env`, the environment and its own database over
each other, so that a setting means the same in a scheduled run and in one of the warm worker; and a state is where
the schedule finds it (docs/adr/0017). Only what `constraints.txt` pins is promised to fit.

https://docs.meltano.com/guide/configuration, https://docs.meltano.com/concepts/state_backends
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from meltano.core.db import project_engine
from meltano.core.error import MeltanoError
from meltano.core.job_state import SINGER_STATE_KEY
from meltano.core.logging import setup_logging
from meltano.core.migration_service import MigrationService
from meltano.core.plugin.project_plugin import ProjectPlugin
from meltano.core.plugin.settings_service import PluginSettingsService
from meltano.core.project import Project
from meltano.core.state_service import StateService
from meltano.core.state_store import MeltanoState
from meltano.core.task_sets_service import JobNotFoundError, TaskSetsService
from sqlalchemy.orm import Session

from outreach_cli.serve.tasks import Block, Job, Plugin, State, Task, Utility
from outreach_core.errors import ConfigError

BEGIN = "outreach:begin"


class MeltanoStates:
    """The states in Meltano's own database."""

    def __init__(self, project: Project) -> None:
        """Remember the project; a session is opened for each question."""
        self._project = project

    def get(self, state_id: str) -> State:
        """Return what the next `meltano run` would start from."""
        with _session(self._project) as session:
            found = StateService(self._project, session).get_state(state_id)
        state: State = found.get(SINGER_STATE_KEY) or {}
        return state

    def keep(self, state_id: str, state: State) -> None:
        """Keep a state as a run that ended well does."""
        whole = MeltanoState(
            state_id=state_id, partial_state={}, completed_state={SINGER_STATE_KEY: state}
        )
        with _session(self._project) as session:
            StateService(self._project, session).state_store_manager.update(whole)


def log_as_meltano() -> None:
    """Write what the plugins log as a scheduled run writes it."""
    setup_logging(log_level="WARNING")


def read_job(root: Path, environment: str, name: str, suffix: str = "") -> Job:
    """Return a job of the project at `root`.

    Raises:
        ConfigError: There is no such job, or a setting is missing.
    """
    try:
        return _Reader(root, environment, suffix).job(name)
    except JobNotFoundError as error:
        raise ConfigError(
            f"meltano.yml has no job {name}.", code="no_job", remedy="Name one that is there."
        ) from error
    except MeltanoError as error:
        raise ConfigError(
            f"Meltano cannot make out the job {name}: {error.reason}",
            code="meltano",
            remedy=f"Try it with: meltano run {name}",
        ) from error


class _Reader:
    def __init__(self, root: Path, environment: str, suffix: str) -> None:
        self.project = Project.find(root)
        self.project.activate_environment(environment)
        engine, _ = project_engine(self.project)
        MigrationService(engine).upgrade(silent=True)
        self.prefix, self.suffix = environment, suffix

    def job(self, name: str) -> Job:
        tasks = TaskSetsService(self.project).get(name).tasks
        with _session(self.project) as session:
            read = tuple(self._task(str(task), name, session) for task in tasks)
        rules = next(t.env["OUTREACH_RULES_DIR"] for t in read if isinstance(t, Utility))
        return Job(name, read, Path(rules), MeltanoStates(self.project))

    def _task(self, task: str, job: str, session: Session) -> Task:
        words = task.split()
        if len(words) == 1:
            return self._utility(task, job, session)
        tap, target = self._plugin(words[0], session), self._plugin(words[-1], session)
        mapper = self._mapping(words[1], session) if len(words) == 3 else None
        parts = [f"{self.prefix}:{tap.name}-to-{target.name}", self.suffix]
        return Block(tap, mapper, target, ":".join(part for part in parts if part))

    def _plugin(self, name: str, session: Session) -> Plugin:
        found = self.project.plugins.find_plugin(name)
        service = PluginSettingsService(self.project, found)
        extras = service.as_dict(extras=True, session=session)
        catalog = extras.get("_catalog")
        path = self.project.root / catalog if catalog else None
        return Plugin(name, _executable(found), _config(service, session), path)

    def _mapping(self, name: str, session: Session) -> Plugin:
        (found,) = self.project.plugins.find_plugins_by_mapping_name(name)
        service = PluginSettingsService(self.project, found)
        mappings = service.as_dict(extras=True, session=session).get("_mappings") or []
        (own,) = [one.get("config", {}) for one in mappings if one.get("name") == name]
        return Plugin(name, _executable(found), {**_config(service, session), **own})

    def _utility(self, task: str, job: str, session: Session) -> Utility:
        name, _, command = task.partition(":")
        found = self.project.plugins.find_plugin(name)
        settings = PluginSettingsService(self.project, found).as_env(session=session)
        env = {key: str(value) for key, value in settings.items()}
        env |= {
            "MELTANO_PROJECT_ROOT": str(self.project.root),
            "MELTANO_ENVIRONMENT": self.prefix,
        }
        args = list(found.all_commands[command].expanded_args(command, {**os.environ, **env}))
        if task == BEGIN:
            args += ["--job", job]
        return Utility(task, _executable(found), tuple(args), env)


def _session(project: Project) -> Session:
    _, make = project_engine(project)
    session: Session = make()
    return session


def _config(service: PluginSettingsService, session: Session) -> Mapping[str, Any]:
    found = service.as_dict(extras=False, process=True, session=session)
    return {name: value for name, value in found.items() if value is not None}


def _executable(plugin: ProjectPlugin) -> str:
    return str(plugin.executable)
