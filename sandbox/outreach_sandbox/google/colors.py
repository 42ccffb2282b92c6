"""Colours as Google stores them: in 255 steps, and zero is left out.

Rule: every format that is stored passes through `tidy_format`.
"""

from __future__ import annotations

import struct
from typing import Any

STEPS = 255

# https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/other#Color


def quantised(color: dict[str, Any]) -> dict[str, Any]:
    """0.5 becomes 0.49803922; 0 disappears."""
    found: dict[str, Any] = {}
    for name in ("red", "green", "blue", "alpha"):
        step = int(float(color.get(name) or 0) * STEPS + 1e-6)
        if step:
            found[name] = 1 if step == STEPS else single(step / STEPS)
    return found


def single(share: float) -> float:
    """The shortest decimal that names the same single-precision number."""
    wanted = struct.pack("f", share)
    stored = float(struct.unpack("f", wanted)[0])
    for digits in range(1, 9):
        shortened = float(f"{stored:.{digits}g}")
        if struct.pack("f", shortened) == wanted:
            return shortened
    return float(f"{stored:.9g}")


def style_pair(holder: dict[str, Any], name: str, changed: str | None = None) -> None:
    """Keep `backgroundColor` and `backgroundColorStyle` saying the same; the style wins."""
    style = f"{name}Style"
    if changed == name or (style not in holder and name in holder):
        holder[name] = quantised(holder[name])
        holder[style] = {"rgbColor": dict(holder[name])}
    elif style in holder:
        rgb = holder[style].get("rgbColor")
        if rgb is not None:
            holder[style] = {"rgbColor": quantised(rgb)}
            holder[name] = quantised(rgb)


def tidy_format(found: dict[str, Any]) -> dict[str, Any]:
    """A cell format with quantised colours and their styles."""
    result = {key: value for key, value in found.items() if value not in (None, {})}
    style_pair(result, "backgroundColor")
    if "textFormat" in result:
        text = dict(result["textFormat"])
        style_pair(text, "foregroundColor")
        result["textFormat"] = text
    return result
