"""Writes one catalog per tap, because discovery would be a third of a job's wall time.

The rule: a catalog here equals what the tap discovers with its definition's own configuration;
`make catalogs` writes them anew and a test compares.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = Path(sys.executable).parent
# settings a tap cannot be built without, and discovery never looks at
STAND_INS = {"spreadsheet_id": "any", "access_token": "any"}


def taps() -> dict[str, dict[str, Any]]:
    """All extractor definitions by name, the inherited ones filled up from their parents."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(ROOT.glob("*/plugin.meltano.yml")):
        plugins = yaml.safe_load(path.read_text(encoding="utf-8"))["plugins"]
        for plugin in plugins.get("extractors", []):
            parent = found.get(plugin.get("inherit_from", ""), {})
            config = {**parent.get("config", {}), **plugin.get("config", {})}
            found[plugin["name"]] = {**parent, **plugin, "config": config}
    return found


def configuration(tap: dict[str, Any]) -> dict[str, Any]:
    """What Meltano would pass to the tap, with stand-ins for what a person has to fill in."""
    names = {setting["name"] for setting in tap["settings"]}
    defaults = {s["name"]: s["value"] for s in tap["settings"] if "value" in s}
    stand_ins = {name: value for name, value in STAND_INS.items() if name in names}
    config = {**stand_ins, **defaults, **tap["config"]}
    return {
        name: value.replace("$MELTANO_PROJECT_ROOT", str(ROOT)) if isinstance(value, str) else value
        for name, value in config.items()
    }


def discover(tap: dict[str, Any]) -> str:
    """The tap's catalog as it is written to a file."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.json"
        config.write_text(json.dumps(configuration(tap)), encoding="utf-8")
        command = [str(SCRIPTS / tap["executable"]), "--discover", "--config", str(config)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 (our own script)
    if done.returncode:
        raise SystemExit(f"{tap['name']} does not discover:\n{done.stderr}")
    return json.dumps(json.loads(done.stdout), indent=2, sort_keys=True) + "\n"


def main() -> None:
    for tap in taps().values():
        if "catalog" in tap:
            (ROOT / tap["catalog"]).write_text(discover(tap), encoding="utf-8")
            print(tap["catalog"])


if __name__ == "__main__":
    main()
