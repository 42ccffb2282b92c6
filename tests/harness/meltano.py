"""The environment in which a test starts the real ``meltano`` over a world, as people do."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from harness.project import ROOT
from harness.world import World

BIN = Path(sys.executable).parent


def environment(world: World) -> dict[str, str]:
    """Return the world's environment without what ``meltano.yml`` itself says."""
    env = world.env()
    for name in list(env):
        if name.startswith("OUTREACH_") and name.endswith(("_BASE_URL", "_TOKEN_URL")):
            del env[name]
    env.pop("OUTREACH_OUTREACH_ENVIRONMENT", None)
    env.pop("OUTREACH_ENVIRONMENT", None)
    return env | {
        "MELTANO_SYS_DIR_ROOT": str(_own_system_directory(world)),
        "PATH": f"{BIN}{os.pathsep}{env['PATH']}",
        "MELTANO_DATABASE_URI": f"sqlite:///{world.home}/meltano.db",
        "NO_COLOR": "1",
    }


def _own_system_directory(world: World) -> Path:
    """Return a system directory for this world: runs that share one read each other's state files."""
    folder = world.home / "meltano"
    folder.mkdir(exist_ok=True)
    for kind in ("extractors", "loaders", "mappers", "utilities"):
        link = folder / kind
        if not link.is_symlink():
            link.symlink_to(ROOT / ".meltano" / kind)
    return folder
