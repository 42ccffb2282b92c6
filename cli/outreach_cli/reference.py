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
    top = click.Context(
        outreach, info_name="outreach", terminal_width=100, help_option_names=["-h", "--help"]
    )
    return "\n".join([HEAD, *_sections(top)])


def _sections(context: click.Context) -> Iterator[str]:
    """Yield one section per command, parents first, subcommands by name."""
    command = context.command
    yield f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            below = command.commands[name]
            yield from _sections(click.Context(below, parent=context, info_name=name))


if __name__ == "__main__":
    click.echo(render(), nl=False)
