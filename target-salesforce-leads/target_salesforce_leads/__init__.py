"""Singer target for Salesforce: leads and the contacts they became, tasks, opportunities."""

from __future__ import annotations
