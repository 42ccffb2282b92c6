"""The environment in which a test starts the real ``meltano`` over a world, as people do."""

from __future__ import annotations

import os
import sys
from pathlib import Path

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
        "PATH": f"{BIN}{os.pathsep}{env['PATH']}",
        "MELTANO_DATABASE_URI": f"sqlite:///{world.home}/meltano.db",
        "NO_COLOR": "1",
    }
