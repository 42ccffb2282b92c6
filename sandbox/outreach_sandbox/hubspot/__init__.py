"""HubSpot as a stateful emulator on loopback.

The one rule: written from the vendor's public documentation and from recordings of the real
service, never from the code that talks to it; it shares nothing with the rest of the project.
"""
