"""YAML 1.2's core schema over libyaml: `no` is a word, `007` a number, and a date is text.

The rule: nodes only, with their lines; no value is ever built from a file. PyYAML's own schema is 1.1, in
which `no` is false. https://yaml.org/spec/1.2.2/#1032-tag-resolution
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml.nodes import Node

_DECIMAL = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
_Fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # without libyaml: the same, slower


class _Core(_Fast):  # type: ignore[misc] # chosen while it is imported
    """A loader that knows the words of the core schema and no others."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own protocol


for _tag, _pattern, _first in (
    ("null", r"(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", list("-+0123456789")),
    ("float", rf"(?:{_DECIMAL}|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$", list("-+.0123456789")),
):
    _Core.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


def compose(text: str) -> Node | None:
    """Return the tree of a document; nothing for an empty one.

    Raises:
        yaml.YAMLError: It is not YAML.
        ValueError: It has characters that no text has.
    """
    node: Node | None = yaml.compose(text, Loader=_Core)
    return node
