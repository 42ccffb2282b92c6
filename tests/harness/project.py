"""What ``meltano.yml`` says, resolved for one world: so tests run the very jobs people run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
_VARIABLE = re.compile(r"\$\{?(\w+)\}?")


@dataclass(frozen=True)
class Plugin:
    """One plugin of a job with its resolved settings."""

    name: str
    executable: str
    config: dict[str, Any]
    catalog: Path | None = None


@dataclass(frozen=True)
class Block:
    """Tap to target, with a mapping between; ``state_id`` is Meltano's."""

    tap: Plugin
    mapper: Plugin | None
    target: Plugin

    @property
    def state_id(self) -> str:
        """Return the id Meltano would keep this pair's state under."""
        return f"{self.tap.name}-to-{self.target.name}"


@dataclass(frozen=True)
class Utility:
    """A command of a utility with its arguments and environment."""

    name: str
    executable: str
    args: list[str]
    env: dict[str, str]


class Project:
    """The definitions of all plugins, and the jobs over them.

    ``rules`` stands in for the folder of rule files, as if people had edited the project's own.
    """

    def __init__(self, root: Path = ROOT, rules: Path | None = None) -> None:
        self.root = root
        self.rules = rules
        self.main = yaml.safe_load((root / "meltano.yml").read_text())
        self.plugins: dict[str, dict[str, Any]] = {}
        for pattern in ("*/plugin.meltano.yml", "transforms/*/plugin.meltano.yml"):
            for path in sorted(root.glob(pattern)):
                for entries in yaml.safe_load(path.read_text())["plugins"].values():
                    self.plugins.update({entry["name"]: entry for entry in entries})

    @property
    def rules_folder(self) -> Path:
        """The folder of the rule files."""
        return self.rules or self.root / "transforms" / "rules"

    def job(self, name: str, env: Mapping[str, str], environment: str) -> list[Block | Utility]:
        """Return the tasks of a job in order, every setting resolved."""
        tasks = next(job["tasks"] for job in self.main["jobs"] if job["name"] == name)
        return [self._task(task, env, environment) for task in tasks]

    def _task(self, task: str, env: Mapping[str, str], environment: str) -> Block | Utility:
        if ":" in task and " " not in task:
            return self._utility(*task.split(":"), env, environment)
        tap, *mapping, target = task.split()
        return Block(
            self._plugin(tap, env, environment),
            self._mapping(mapping[0], env) if mapping else None,
            self._plugin(target, env, environment),
        )

    def _lineage(self, name: str) -> list[dict[str, Any]]:
        entry = self.plugins[name]
        parent = entry.get("inherit_from")
        return [*(self._lineage(parent) if parent else []), entry]

    def _settings(self, name: str, env: Mapping[str, str], environment: str) -> dict[str, Any]:
        lineage = self._lineage(name)
        own = next(e for e in self.main["environments"] if e["name"] == environment)
        groups = own.get("config", {}).get("plugins", {})
        by_env = {e["name"]: e.get("config", {}) for group in groups.values() for e in group}
        config: dict[str, Any] = {}
        for entry in lineage:
            for setting in entry.get("settings", []):
                if "value" in setting:
                    config[setting["name"]] = setting["value"]
        for entry in lineage:
            config.update(entry.get("config", {}))
            config.update(by_env.get(entry["name"], {}))
        for entry in lineage:
            for setting in entry.get("settings", []):
                variable = f"OUTREACH_{setting['name']}".upper()
                if variable in env:
                    config[setting["name"]] = _cast(setting.get("kind"), env[variable])
        return {key: self._expand(value, env) for key, value in config.items()}

    def _plugin(self, name: str, env: Mapping[str, str], environment: str) -> Plugin:
        lineage = self._lineage(name)
        catalog = next((e["catalog"] for e in reversed(lineage) if "catalog" in e), None)
        executable = next(e["executable"] for e in reversed(lineage) if "executable" in e)
        path = self.root / catalog if catalog else None
        return Plugin(name, executable, self._settings(name, env, environment), path)

    def _mapping(self, name: str, env: Mapping[str, str]) -> Plugin:
        for entry in self.plugins.values():
            for mapping in entry.get("mappings", []):
                if mapping["name"] == name:
                    config = {k: self._expand(v, env) for k, v in mapping["config"].items()}
                    return Plugin(name, entry["executable"], config)
        raise KeyError(name)

    def _utility(
        self, name: str, command: str, env: Mapping[str, str], environment: str
    ) -> Utility:
        entry = self.plugins[name]
        spec = entry["commands"][command]
        args = (spec if isinstance(spec, str) else spec["args"]).split()
        settings = self._settings(name, env, environment)
        exported = {f"OUTREACH_{k}".upper(): str(v) for k, v in settings.items()}
        return Utility(f"{name}:{command}", entry["executable"], args, exported)

    def _expand(self, value: Any, env: Mapping[str, str]) -> Any:
        if not isinstance(value, str):
            return value
        known = {"MELTANO_PROJECT_ROOT": str(self.root), **env}
        text = _VARIABLE.sub(lambda match: known[match.group(1)], value)
        if self.rules is None:
            return text
        return re.sub(rf"^({re.escape(str(self.root))}/)?transforms/rules\b", str(self.rules), text)


def _cast(kind: str | None, text: str) -> Any:
    """Return what Meltano makes of a variable's text."""
    if kind == "boolean":
        return text.lower() in ("true", "1", "yes", "on")
    return int(text) if kind == "integer" else text
