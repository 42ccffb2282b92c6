"""Google Sheets as this project needs it: read a tab whole, write single cells, set up columns once.

The rule: it speaks Google's dictionaries and knows neither the ledger nor our field model.
"""

from __future__ import annotations
