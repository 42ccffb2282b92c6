"""Worlds with many businesses in them, for what a run costs.

The rule: nobody of them is in a CRM yet.
"""

from __future__ import annotations

import json
from pathlib import Path

import outreach_sandbox.seeds


def many(rows: int, *, sent: bool = False) -> dict:
    """Return the demo's sheet with this many new businesses in it, and nobody in a CRM."""
    seed = json.loads(
        Path(outreach_sandbox.seeds.__file__).with_name("demo.json").read_text(encoding="utf-8")
    )
    (tab, *_) = seed["google"]["spreadsheets"][0]["sheets"]
    header = tab["values"][0]
    tab["values"] = [header]
    for number in range(rows):
        row = {
            "Business Name": f"Business {number}",
            "Location": "Porto",
            "Email": f"b{number}@example.org",
            "Phone": f"+1 555 01{number % 100:02d}",
            "Status": "Draft",
        }
        if sent:
            row |= {
                "Website": f"https://www.business-{number:04d}.example.org/",
                "Generated Subject": f"An idea for Business {number}",
                "Generated Body": "Hello,\n\nwould a short call suit you?",
                "Status": "Sent",
                "Date Sent": f"2026-11-20 {number // 60 % 24:02d}:{number % 60:02d}:00",
            }
        tab["values"].append([row.get(column, "") for column in header])
    tab["rows"] = rows + 50
    seed["hubspot"]["contacts"] = []
    seed["salesforce"] |= {"leads": [], "conversions": []}
    return seed
