"""Salesforce: sign-in, records, SOQL, collections, composite and Bulk API 2.0 on loopback.

Rule: every text and shape a client can see is the vendor's documented or recorded one, or a switch.
"""
