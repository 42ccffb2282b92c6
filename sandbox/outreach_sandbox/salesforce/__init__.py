"""Salesforce, not built yet: every request is answered 501.

Rule: nothing here pretends to work before it does.
"""
