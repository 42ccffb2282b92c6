"""The page for the people who run the sync, on the receiver's own server.

The rule: it shows what the commands show and does what they do, through the same functions; without the token it
says nothing, and unless `outreach serve` was told so it changes nothing.
"""
