"""Clients of both protocol versions that trust nothing, and a ledger that says what was lost or doubled."""
