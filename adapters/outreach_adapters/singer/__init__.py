"""What all our Singer plugins share: bases for taps and targets, and the watch over their parent.

The rule: nothing is imported here. ``singer.tap`` must stay free of the ledger, which ``singer.target``
knows, because a vendor's tap never sees the ledger.
"""

from __future__ import annotations
