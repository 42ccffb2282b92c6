"""`python -m outreach_cli` is `outreach`."""

from __future__ import annotations

from outreach_cli.main import main

if __name__ == "__main__":
    main()
