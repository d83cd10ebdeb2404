"""The LRS Table Tracker gateway's V2 API as a library: values and rules without I/O, thin asyncio shells around them.

No Django, and no settings. Facts are cited from the API reference (table-tracker-api.md) by section; the maker's own
pages are at table-tracker.readme.io.
"""
