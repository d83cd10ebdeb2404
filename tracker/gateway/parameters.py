"""What goes into a request, checked before anything is sent. Every function raises InvalidRequest."""

import re
import uuid
from datetime import datetime

from tracker.gateway.errors import InvalidRequest

OrderId = uuid.UUID | str  # a uuid, or the name of the order (digits)

_DIGITS = re.compile(r"[0-9]{1,10}")
_TOKEN_NAME = re.compile(r"[A-Za-z0-9]{1,32}")
_DEVICE_CODE = re.compile(r"[0-9]{3}-[0-9]{4}-[0-9]{3}")


def path_part(order: OrderId) -> str:
    """An order as a part of a path.

    A name comes from the gateway or from a person: one like `../accesstoken` must never become an address.
    """
    return str(order) if isinstance(order, uuid.UUID) else digits(order)


def digits(name: str) -> str:
    """The name of an order or of a location, as it goes to the gateway."""
    if not _DIGITS.fullmatch(name):
        raise InvalidRequest("orders and locations are named by digits")
    return name


def token_name(name: str) -> str:
    """The documents' sample is POS1; what else is allowed is not known (API reference, 4)."""
    if not _TOKEN_NAME.fullmatch(name):
        raise InvalidRequest("a token's name is 1 to 32 letters and digits")
    return name


def device_code(code: str) -> str:
    """A code of LRSConnect such as 012-3456-789."""
    if not _DEVICE_CODE.fullmatch(code):
        raise InvalidRequest("a device code is written 012-3456-789")
    return code


def local_time(at: datetime | None) -> str | None:
    """A time by the gateway's own clock, YYYY-MM-DDTHH:MM:SS."""
    if at is None:
        return None
    if at.tzinfo is not None:
        raise InvalidRequest("the gateway takes times by its own clock, without a zone: see `calibration`")
    return at.isoformat(timespec="seconds")


def within(value: int, least: int, most: int, what: str) -> int:
    """The number, if it is not out of bounds."""
    if not least <= value <= most:
        raise InvalidRequest(f"{what} is a number from {least} to {most}")
    return value
