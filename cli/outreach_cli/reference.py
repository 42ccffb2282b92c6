"""Writes the command's reference page from its own help: `python -m outreach_cli.reference > PAGE`.

Rule: the page says what `--help` says; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator

import click

from outreach_cli.main import outreach

HEAD = """# The command `outreach`

Made from `outreach --help` (`.venv/bin/python -m outreach_cli.reference > docs/reference/cli.md`).
In a job Meltano calls `begin` and `finish`; the others are for people, in a shell
(`.venv/bin/outreach status`) or through Meltano (`meltano invoke outreach status`).
"""


def render() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *_sections(outreach, "outreach")])


def _sections(command: click.Command, path: str) -> Iterator[str]:
    """Yield one section per command, parents first, subcommands by name."""
    context = click.Context(command, info_name=path, terminal_width=100)
    yield f"## {path}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from _sections(command.commands[name], f"{path} {name}")


if __name__ == "__main__":
    click.echo(render(), nl=False)
