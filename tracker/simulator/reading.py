"""What clients send, read at the door: a value, or the refusal that the gateway answers (API reference, 6 and 9)."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracker.gateway.codes import ReturnCode
from tracker.simulator.answers import Json, Writer
from tracker.simulator.orders import ON_PREMISE, TO_GO, HistoryQuery, Wish
from tracker.simulator.refusals import Refused

DIGITS = re.compile(r"[0-9]+")
# Python refuses to read numbers of more than 4300 digits; nothing here needs as many.
SHORT_DIGITS = re.compile(r"[0-9]{1,9}")
TYPES = {"ON_PREMISE": ON_PREMISE, "ON_PREMISES": ON_PREMISE, "TO_GO": TO_GO}
BOOLEANS = {"true": True, "false": False}
MOST_ORDERS = 100
LONGEST_CHECK = 254


def read_body(raw: bytes) -> Json:
    """The JSON object of a request; nothing at all is an empty one. Raises Refused (-31)."""
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Refused(ReturnCode.INVALID_JSON) from error
    if not isinstance(body, dict):
        raise Refused(ReturnCode.INVALID_JSON)
    return body


def read_wish(body: Mapping[str, Any]) -> Wish:
    """POST /activeorders. Raises Refused (-8, -9, -11, -12, -10)."""
    name = body.get("name")
    if name is None:
        raise Refused(ReturnCode.ORDER_NAME_MISSING)
    if not _is_digits(name):
        raise Refused(ReturnCode.INVALID_ORDER_NAME)
    order_type = body.get("orderType")
    if order_type is None:
        raise Refused(ReturnCode.ORDER_TYPE_MISSING)
    if not isinstance(order_type, str) or order_type not in TYPES:
        raise Refused(ReturnCode.INVALID_ORDER_TYPE)
    location = body.get("locationName")
    if location is not None and not _is_digits(location):
        raise Refused(ReturnCode.INVALID_LOCATION_NAME)
    return Wish(name, TYPES[order_type], location)


def read_boolean(value: object, *, default: bool) -> bool:
    """A yes or no as the documentation's samples have it, true or "true". Raises Refused (-15)."""
    if value is None:
        return default
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in BOOLEANS:
        return BOOLEANS[value.lower()]
    raise Refused(ReturnCode.INVALID_BOOLEAN)


def read_history_query(query: Mapping[str, str], writer: Writer) -> HistoryQuery:
    """GET /orders. Raises Refused (-23 to -26, -12, -10); more than 100 at once is -23 (section 9)."""
    order_type = query.get("order_type")
    if order_type is not None and order_type not in TYPES:
        raise Refused(ReturnCode.INVALID_ORDER_TYPE)
    location = query.get("location_name")
    if location is not None and not (_is_digits(location) and location.strip("0")):
        raise Refused(ReturnCode.INVALID_LOCATION_NAME)
    limit = _read_number(query.get("limit"), 25, ReturnCode.INVALID_LIMIT)
    if not 1 <= limit <= MOST_ORDERS:
        raise Refused(ReturnCode.INVALID_LIMIT)
    return HistoryQuery(
        offset=_read_number(query.get("offset"), 0, ReturnCode.INVALID_OFFSET),
        limit=limit,
        after=_read_time(query.get("created_after"), writer, ReturnCode.INVALID_CREATED_AFTER),
        before=_read_time(query.get("created_before"), writer, ReturnCode.INVALID_CREATED_BEFORE),
        order_type=None if order_type is None else TYPES[order_type],
        location=location,
    )


def read_target_time(text: str | None, default: int) -> int:
    """GET /statistics: seconds, more than nought. Raises Refused (-22)."""
    seconds = _read_number(text, default, ReturnCode.INVALID_TARGET_TIME)
    if seconds <= 0:
        raise Refused(ReturnCode.INVALID_TARGET_TIME)
    return seconds


def read_pairing_timeout(value: object) -> int:
    """POST /repeaters/beginPairing: seconds, a number or its digits. Raises Refused (-16)."""
    if value is None:
        return 60
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _read_number(value, 60, ReturnCode.INVALID_PAIRING_TIMEOUT)
    raise Refused(ReturnCode.INVALID_PAIRING_TIMEOUT)


def check_timeout(text: str | None) -> None:
    """GET /gateway/check. Undocumented: only the names of -33 and -34 are known. Raises Refused."""
    if _read_number(text, 0, ReturnCode.INVALID_TIMEOUT) > LONGEST_CHECK:
        raise Refused(ReturnCode.TIMEOUT_OUT_OF_BOUNDS)


def _is_digits(value: object) -> bool:
    return isinstance(value, str) and DIGITS.fullmatch(value) is not None


def _read_number(text: str | None, default: int, code: ReturnCode) -> int:
    if text is None:
        return default
    if not SHORT_DIGITS.fullmatch(text):
        raise Refused(code)
    return int(text)


def _read_time(text: str | None, writer: Writer, code: ReturnCode) -> datetime | None:
    if text is None:
        return None
    try:
        return writer.read_time(text)
    except ValueError as error:
        raise Refused(code) from error
