"""Loopback emulators of the vendors, so that the sync can be tried without an account.

Rule: this package imports nothing else of the project and never listens outside 127.0.0.1.
"""
