"""The console: one page over the control port that shows the sheet and both CRMs side by side.

Rule: the page changes the vendors through people's side doors alone, and only ever reads otherwise.
"""
