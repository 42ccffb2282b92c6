"""`outreach serve`: what the CRMs say at once, taken in over HTTP and acted on by a warm worker.

The rule: an event is a hint. Nothing of it is believed but which record to look at, and whatever is lost is
found by the next scheduled run.
"""
