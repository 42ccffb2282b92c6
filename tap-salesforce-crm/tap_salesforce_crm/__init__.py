"""Singer tap over Salesforce's CRM records; it only ever reads."""

from __future__ import annotations
