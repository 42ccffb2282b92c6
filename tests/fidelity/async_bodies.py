"""Bodies of Salesforce's Bulk API 1.0 as data: XML, CSV, and what a recorder made of a sent file.

The one rule: both sides go through here, so that only what they say is compared.
"""

from __future__ import annotations

import csv
import io
import re
from typing import Any
from xml.etree import ElementTree as ET

CHUNK = re.compile(r"([0-9a-f]+)\r\n")


def data(body: Any) -> Any:
    """An answer of this API as dictionaries and lists; any other answer as it is."""
    if not isinstance(body, str):
        return body
    if body.startswith("<?xml"):
        root = ET.fromstring(body)
        return {_name(root): _element(root)}
    if body.startswith('"Id","Success"'):
        return list(csv.DictReader(io.StringIO(body)))
    return body


def sent(body: Any) -> Any:
    """A sent file without the marks of its chunks, which the recorder kept."""
    if not isinstance(body, str) or not CHUNK.match(body):
        return body
    found, at = [], 0
    while (mark := CHUNK.match(body, at)) and int(mark[1], 16):
        end = mark.end() + int(mark[1], 16)
        found.append(body[mark.end() : end])
        at = end + 2
    return "".join(found)


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _element(element: ET.Element) -> Any:
    if _name(element) == "batchInfoList":
        return [_element(child) for child in element]
    if len(element):
        return {_name(child): _element(child) for child in element}
    return element.text
