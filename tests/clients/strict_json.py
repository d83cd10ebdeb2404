"""JSON read without mercy: what is not exactly as agreed raises Unexpected."""

import json
from typing import NoReturn
from uuid import UUID

JsonObject = dict[str, object]


class Unexpected(AssertionError):
    """The server sent something that the protocol does not give."""


def compact(value: object) -> str:
    """The one encoding of a value: no white space, keys in their order, UTF-8 instead of escapes."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def read_object(message: str | bytes) -> JsonObject:
    """The object in a text message that is compact to the byte, without doubled keys, NaN or fractions.

    No frame of the protocol has a number with a fraction: money is text, times are whole milliseconds.
    """
    if isinstance(message, bytes):
        raise Unexpected(f"a binary message: {message[:100]!r}")
    try:
        value = json.loads(message, object_pairs_hook=_once, parse_constant=_refuse, parse_float=_refuse)
    except json.JSONDecodeError as error:
        raise Unexpected(f"not JSON ({error}): {message[:200]}") from error
    if not isinstance(value, dict):
        raise Unexpected(f"not an object: {message[:200]}")
    if compact(value) != message:
        raise Unexpected(f"not compact: {message[:500]}\n   would be: {compact(value)[:500]}")
    return value


def must_have_keys(frame: JsonObject, *keys: str) -> None:
    """Exactly these keys, in this order."""
    if tuple(frame) != keys:
        raise Unexpected(f"keys {', '.join(frame)} instead of {', '.join(keys)}")


def text(frame: JsonObject, key: str) -> str:
    value = frame[key]
    if not isinstance(value, str) or not value:
        raise Unexpected(f"{key} is no text: {value!r}")
    return value


def text_or_none(frame: JsonObject, key: str) -> str | None:
    return None if frame[key] is None else text(frame, key)


def integer(frame: JsonObject, key: str) -> int:
    value = frame[key]
    if type(value) is not int or value < 0:
        raise Unexpected(f"{key} is no whole number: {value!r}")
    return value


def milliseconds(frame: JsonObject, key: str) -> int:
    """An epoch time that cannot be seconds or microseconds (the years 2001 to 2286)."""
    value = integer(frame, key)
    if not 10**12 <= value < 10**13:
        raise Unexpected(f"{key} is not in epoch milliseconds: {value}")
    return value


def uuid_text(frame: JsonObject, key: str) -> str:
    value = text(frame, key)
    try:
        same = str(UUID(value)) == value
    except ValueError:
        same = False
    if not same:
        raise Unexpected(f"{key} is no UUID in its usual form: {value!r}")
    return value


def an_object(value: object, name: str) -> JsonObject:
    if not isinstance(value, dict):
        raise Unexpected(f"{name} is no object: {value!r}")
    return value


def a_list(frame: JsonObject, key: str) -> list[object]:
    value = frame[key]
    if not isinstance(value, list):
        raise Unexpected(f"{key} is no list: {value!r}")
    return value


def _once(pairs: list[tuple[str, object]]) -> JsonObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unexpected(f"a key twice in one object: {', '.join(key for key, _ in pairs)}")
    return found


def _refuse(number: str) -> NoReturn:
    raise Unexpected(f"a number that no frame has: {number}")
