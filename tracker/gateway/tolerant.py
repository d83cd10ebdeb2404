"""A gateway's JSON as values that can harm nobody: tolerant of what is missing, strange or new, and bounded.

Whatever a gateway sends is data. Texts lose what cannot be printed (half surrogates and NULs break databases and
terminals), numbers that are none become None, and what we do not know is kept, within bounds.
"""

import json
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

MOST_BYTES = 1_048_576  # of an answer or a websocket message
LONGEST_TEXT = 200
_MOST_KEPT = 4_096  # characters of JSON in the unknown fields of one object
_DEEPEST = 4


def read_json(text: str | bytes) -> Any:
    """The JSON value of a text. Raises ValueError for anything else: NaN, too deep, and texts that are no UTF-8."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("nested too deep") from None


def text_of(value: object, longest: int = LONGEST_TEXT) -> str:
    """A text or number as printable text of at most `longest` characters; "" for everything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    if isinstance(value, int):
        return str(value) if -(2**63) <= value < 2**63 else ""
    return "".join(filter(str.isprintable, value[:longest]))


def integer_of(value: object) -> int | None:
    """A whole number of at most 63 bits, given as a number or as digits (V1 gives counts as text); else None."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    if isinstance(value, float) and math.isfinite(value) and abs(value) < 2**63:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63:
        return value
    return None


def number_of(value: object) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def truth_of(value: object) -> bool:
    """Yes or no, also as V1 ("Yes", "No") and the documents' samples ("true") have it."""
    if isinstance(value, str):
        return value.strip().lower() in ("true", "yes", "1")
    return value is True or value == 1


def time_of(value: object) -> datetime | None:
    """A date and time: naive, by the gateway's clock, or aware where the gateway gave an offset (API reference, 9).

    Only of the years 1900 to 9000, so that it can be moved to any zone.
    """
    if not isinstance(value, str) or not 10 < len(value) <= 40:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if 1900 <= found.year <= 9000 else None


def kept(source: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """The fields that we do not know, cleaned; those beyond 4,096 characters are dropped."""
    extra: dict[str, Any] = {}
    room = _MOST_KEPT
    for key, value in source.items():
        if key in known:
            continue
        name, clean = text_of(key, 64), _clean(value, _DEEPEST)
        room -= len(name) + len(json.dumps(clean))
        if room < 0:
            break
        extra[name] = clean
    return extra


def _clean(value: object, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return text_of(value, _MOST_KEPT)
    if isinstance(value, int):
        return integer_of(value)
    if isinstance(value, float):
        return number_of(value)
    if depth == 0:
        return None
    if isinstance(value, list):
        return [_clean(item, depth - 1) for item in value[:_MOST_KEPT]]
    if isinstance(value, dict):
        return {text_of(key, 64): _clean(item, depth - 1) for key, item in list(value.items())[:_MOST_KEPT]}
    return None


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")
