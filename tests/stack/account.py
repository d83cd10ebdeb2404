"""The account that the servers run as."""

import os
import pwd


def unprivileged_account() -> pwd.struct_passwd | None:
    """None unless we are root; then `postgres`, or else `nobody`, since no server of a test runs as root."""
    if os.geteuid() != 0:
        return None
    accounts = {account.pw_name: account for account in pwd.getpwall()}
    return accounts.get("postgres") or accounts["nobody"]
