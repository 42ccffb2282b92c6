"""Google's token endpoint, Sheets v4 and Drive v3, as far as the sync and gspread use them.

Rule: a behaviour is here because Google documents it or was recorded doing it.
"""
