"""The code printed on a table, and the hash at rest of every other secret in an address.

A code is `<table id in base32>.<mac>`; the MAC is 128 bits of HMAC-SHA256 over table id and code version. Stored
nowhere: a sheet can be printed again, a dump of the database holds none, and version + 1 makes the old one dead.
"""

import base64
import hashlib
import hmac
import secrets

from django.conf import settings

_MAC_BYTES = 16
_CODE_LONGEST = 48


def table_code(table_id: int, code_version: int) -> str:
    """The code of a table under the newest key."""
    return f"{_base32(table_id)}.{_mac(settings.ONTAP_TABLE_KEYS[0], table_id, code_version)}"


def table_id_in(code: str) -> int | None:
    """The table that a code claims, unchecked; None where it has not the form of a code."""
    head, dot, mac = code.lower().partition(".")
    if not dot or not mac or len(code) > _CODE_LONGEST or not head.isascii() or not head.isalnum():
        return None
    padded = head.upper() + "=" * (-len(head) % 8)
    try:
        table_id = int.from_bytes(base64.b32decode(padded), "big")
    except ValueError:
        return None
    return table_id if table_id < 2**63 and _base32(table_id) == head else None


def code_is_right(code: str, table_id: int, code_version: int) -> bool:
    """Whether the MAC is this table's at this version, under any of our keys. In constant time."""
    mac = code.lower().partition(".")[2]
    return any(
        hmac.compare_digest(mac.encode(), _mac(key, table_id, code_version).encode())
        for key in settings.ONTAP_TABLE_KEYS
    )


def newest_key_mark() -> str:
    """A word for the key that codes are made with now: another key has another. Says nothing of the key."""
    return hmac.digest(settings.ONTAP_TABLE_KEYS[0].encode(), b"ontap mark of a table key", "sha256")[:6].hex()


def new_token() -> str:
    """256 random bits for an address or a cookie."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of a token. A plain hash is enough: nobody can guess 256 bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _base32(number: int) -> str:
    size = max(1, (number.bit_length() + 7) // 8)
    return base64.b32encode(number.to_bytes(size, "big")).decode().rstrip("=").lower()


def _mac(key: str, table_id: int, code_version: int) -> str:
    digest = hmac.digest(key.encode(), f"ontap table {table_id} version {code_version}".encode(), "sha256")
    return base64.b32encode(digest[:_MAC_BYTES]).decode().rstrip("=").lower()
