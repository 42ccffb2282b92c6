"""Salesforce's API in Salesforce's words; it never imports our model."""

from __future__ import annotations
