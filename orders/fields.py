"""Single fields of a client's frame: the value, or Refused that names the field and says what it takes."""

import re
import uuid
from collections.abc import Mapping
from typing import Any

from orders.errors import Refused

_TRACKER = re.compile(r"^[1-9][0-9]{0,3}\Z")
_PRODUCT_ID = re.compile(r"^[1-9][0-9]{0,17}\Z")
_INITIALS = re.compile(r"^[^\W\d_]{1,4}\Z")


def own(frame: Mapping[str, Any], key: str, mine: str, *, required: bool) -> None:
    """Nothing, where the field is absent or is this connection's own."""
    value = frame.get(key)
    if value is None and key not in frame:
        if required:
            raise Refused(f"{key} is missing.", "missing", key)
        return
    if not isinstance(value, str):
        raise Refused(f"{key} is a text.", "wrong_type", key)
    if value != mine:
        raise Refused(
            f"{key} is not the one of this connection.", "wrong_venue" if key == "venue_id" else "wrong_table", key
        )


def text(frame: Mapping[str, Any], key: str, longest: int, *, required: bool = True) -> str:
    """A printable text of at most `longest` characters; empty where it is absent and need not be there."""
    value = frame.get(key)
    if value is None:
        if required:
            raise Refused(f"{key} is missing.", "missing", key)
        return ""
    if not isinstance(value, str):
        raise Refused(f"{key} is a text.", "wrong_type", key)
    if len(value) > longest or not value.isprintable() or (required and not value):
        raise Refused(f"{key} takes 1 to {longest} printable characters.", "wrong_type", key)
    return value


def integer(frame: Mapping[str, Any], key: str) -> int:
    """A whole number, zero or more."""
    value = frame.get(key)
    if value is None:
        raise Refused(f"{key} is missing.", "missing", key)
    if type(value) is not int or not 0 <= value < 2**63:
        raise Refused(f"{key} is a whole number.", "wrong_type", key)
    return value


def order_id(frame: Mapping[str, Any]) -> uuid.UUID:
    given = text(frame, "order_id", 36)
    try:
        return uuid.UUID(given)
    except ValueError:
        raise Refused("order_id is a UUID.", "wrong_type", "order_id") from None


def quantity(value: Any, key: str) -> int:
    if type(value) is not int or value < 1:
        raise Refused("A quantity is a whole number, 1 or more.", "wrong_quantity", key)
    return value


def product_id(value: Any, key: str) -> int:
    if not isinstance(value, str) or not _PRODUCT_ID.match(value):
        raise Refused("A product or option is named by its id, a text such as “13”.", "wrong_type", key)
    return int(value)


def tracker_number(frame: Mapping[str, Any]) -> str | None:
    """The puck's number; None for none."""
    number = text(frame, "tracker_number", 4, required=False) or None
    if number is not None and not _TRACKER.match(number):
        raise Refused("tracker_number is 1 to 4 digits without a leading zero.", "wrong_type", "tracker_number")
    return number


def flag(frame: Mapping[str, Any], key: str, *, default: bool = False) -> bool:
    """True or false; the default where the key is absent."""
    value = frame.get(key, default)
    if type(value) is not bool:
        raise Refused(f"{key} is true or false.", "wrong_type", key)
    return value


def initials(frame: Mapping[str, Any]) -> str:
    """Who taps on a tablet that several people use: 1 to 4 letters; empty where nobody says."""
    given = text(frame, "initials", 4, required=False)
    if given and not _INITIALS.match(given):
        raise Refused("initials takes 1 to 4 letters.", "wrong_type", "initials")
    return given
