"""Writes docs/reference/records*.md and docs/reference/schemas/: what anybody may pipe into a target.

The rule: pages and schemas are made from the targets' own contracts; `make reference` writes them anew and a
test compares.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from outreach_adapters.singer.contracts import Column, Contract
from target_hubspot_activities.contracts import CONTRACTS
from target_salesforce_leads.contracts import CONTRACTS as SALESFORCE_CONTRACTS

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "reference" / "records.md"
SALESFORCE_PAGE = ROOT / "docs" / "reference" / "records-salesforce.md"
SCHEMAS = ROOT / "docs" / "reference" / "schemas"
HEAD = """\
# Records

**What happens if duplicate records are sent?** Nothing is made twice. Each stream recognises its records by
a key, in one run, over any number of runs, and after a run whose answers were lost: a contact or a company
that is said again gets the same values again, an e-mail or a deal that is there already is left as it is.
What each stream recognises a record by stands below.

Made by `make reference` from the contracts in `target_hubspot_activities/contracts.py`. They say what
`target-hubspot-activities` takes from anybody, without a ledger: a CSV through
[tap-csv](https://github.com/MeltanoLabs/tap-csv), a table of a warehouse, another tap. The name of the stream
(the `entity` of tap-csv) decides what a record is; its columns have the names below.

```
tap-csv --config csv.json | target-hubspot-activities --config hubspot.json
```

- **Before the first run**, `outreach provision hubspot` makes the unique properties by which companies, deals
  and keys of your own are kept apart. Contacts by e-mail address need nothing.
- **One run at a time**: HubSpot keeps no e-mail unique, so two programs at once could log the same one.
- **A blank column** is as good as none.
- **A record that cannot be taken** goes to `rejected_file` with a code and costs no other record its write.
  The program then ends with an error, unless `allow_failures` is set.
- **A column that means nothing** stops the program before anything of that batch is written: it may be misspelt.
- **Order**: what is held is written in the order companies, contacts, e-mails, deals, however the streams come.
  An e-mail or a deal needs its contact, so send contacts before them.
- **Times** have an offset: `2026-11-20T09:15:42Z`, `2026-11-20 12:15:42+03:00`.
- `_sync` is the envelope of a plan (see [stages](../explain/stages.md)). A target without `ledger_url` ignores it.

| code | why a record was rejected |
|---|---|
| `no_key` | none of the columns it is recognised by is given |
| `incomplete` | a required column is blank |
| `bad_domain` | `domain` is no company's web address |
| `bad_time` | a time that is none, or has no offset |
| `unknown_word` | a column that takes some words only has another one |
| `ambiguous` | several companies have the domain |
| `no_contact` | no contact has the address |
| `missing_owner` | no owner has the address |
| `not_found` | HubSpot has no record with the id |
| `conflict` | another record has a value that must be unique |
| `refused` | HubSpot refused a value; its words are beside the code |
| `not_confirmed` | HubSpot's answer was lost or did not mention it; sent again, it is recognised |
"""

SALESFORCE_HEAD = """\
# Records for Salesforce

**What happens if duplicate records are sent?** Nothing is made twice. Each stream recognises its records by
a key, in one run, over any number of runs, and after a run whose answers were lost: a lead that is said again
gets the same values again, a task or an opportunity that is there already is left as it is. What each stream
recognises a record by stands below.

Made by `make reference` from the contracts in `target_salesforce_leads/contracts.py`. They say what
`target-salesforce-leads` takes from anybody, without a ledger; [records.md](records.md) does the same for
`target-hubspot-activities`.

```
tap-csv --config csv.json | target-salesforce-leads --config salesforce.json
```

- **Before the first run**, the package in `salesforce/` brings the unique fields by which opportunities, tasks
  and keys of your own are kept apart. Leads by e-mail address need nothing.
- **A blank column** is as good as none.
- **A record that cannot be taken** goes to `rejected_file` with a code and costs no other record its write.
  The program then ends with an error, unless `allow_failures` is set.
- **A column that means nothing**, or that the integration user may not write, stops the program before anything
  of that batch is written: it may be misspelt.
- **Order**: what is held is written in the order leads, tasks, opportunities, however the streams come. A task or
  an opportunity needs its person, so send leads before them.
- **Many leads**: from `bulk_from_records` on they go in one job of the Bulk API 2.0.
- **Duplicate rules** of the org hold: one that blocks refuses the lead; what happens after an alert is the setting
  `duplicate_alerts`.
- **Times** have an offset: `2026-11-20T09:15:42Z`, `2026-11-20 12:15:42+03:00`.
- `_sync` is the envelope of a plan (see [stages](../explain/stages.md)). A target without `ledger_url` ignores it.

| code | why a record was rejected |
|---|---|
| `no_key` | none of the columns it is recognised by is given |
| `incomplete` | a required column is blank |
| `bad_time` | a time that is none, or has no offset |
| `unknown_word` | a column that takes some words only has another one |
| `bad_boolean` | a field that holds yes or no was given something else |
| `bad_date` | a field that holds a day was given something else |
| `bad_datetime` | a field that holds a time was given something else, or no offset |
| `bad_id` | a field that holds a record's id was given something else |
| `bad_number` | a field that holds a number was given something else |
| `required` | a field that may not be blank was given nothing |
| `too_long` | a text is longer than its field |
| `unknown_choice` | a value is none of those its field takes |
| `no_person` | no open lead and no contact has the address |
| `several` | several records have the address or the key |
| `missing_owner` | no active user has the name or address, or several have it |
| `converted` | the lead was converted; the contact it became is named beside the code |
| `not_found` | Salesforce has no record with the id |
| `deleted` | the record is in Salesforce's recycle bin |
| `conflict` | another record has a value that must be unique |
| `duplicates` | a duplicate rule of the org refused it; the records that are there are named beside the code |
| `forbidden` | the integration user may not write the record |
| `refused` | Salesforce refused a value; its words are beside the code |
| `not_confirmed` | Salesforce's answer was lost or did not mention it; sent again, it is recognised |
"""


def needed(contract: Contract, column: Column) -> str:
    if column.required:
        return "yes"
    return "one of these" if column.name in contract.any_of else ""


def kind(column: Column) -> str:
    if column.words:
        return " · ".join(f"`{word}`" for word in column.words)
    if column.time:
        return "time"
    return "text or number" if column.number else "text"


def meaning(column: Column) -> str:
    blank = f" Blank: `{column.words[0]}`." if column.words and not column.required else ""
    return column.means + blank


def section(contract: Contract) -> Iterator[str]:
    yield from ("", f"## {contract.stream}", "", f"{contract.about} {contract.twice}", "")
    yield from ("| column | required | kind | meaning |", "|---|---|---|---|")
    for column in contract.columns:
        cells = (f"`{column.name}`", needed(contract, column), kind(column), meaning(column))
        yield f"| {' | '.join(cells)} |"
    if contract.more:
        yield f"| *any other* | | text, number or boolean | {contract.more} |"
    yield from ("", "```", contract.sample.rstrip(), "```", "")
    yield f"As JSON Schema: [{contract.stream}.json](schemas/{contract.stream}.json)."


def page(head: str = HEAD, contracts: Mapping[str, Contract] = CONTRACTS) -> str:
    lines = [line for contract in contracts.values() for line in section(contract)]
    return head + "\n".join(lines) + "\n"


def salesforce_page() -> str:
    """The page of what target-salesforce-leads takes."""
    return page(SALESFORCE_HEAD, SALESFORCE_CONTRACTS)


def schemas() -> dict[Path, str]:
    """The files of the schemas."""
    return {
        SCHEMAS / f"{name}.json": json.dumps(contract.schema(), indent=2) + "\n"
        for name, contract in {**CONTRACTS, **SALESFORCE_CONTRACTS}.items()
    }


def main() -> None:
    SCHEMAS.mkdir(exist_ok=True)
    pages = {PAGE: page(), SALESFORCE_PAGE: salesforce_page()}
    for path, text in {**pages, **schemas()}.items():
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
