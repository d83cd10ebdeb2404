"""What stands in one cell of a spreadsheet: how a value is written, and how what people write is read. Pure."""

import datetime as dt
import re
from decimal import Decimal, InvalidOperation

from venues.models import Allergen, AllergenState

Cell = str | dt.date
"""As a file has it. A date is a cell of which the spreadsheet made one: nothing in a menu is."""

_COMPUTED = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_CONTROL = ("\t", "\r", "\n")
# What XML 1.0 cannot hold, so that no XLSX can.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_YES = frozenset({"yes", "y", "true", "1", "x", "ja", "wahr"})
_NO = frozenset({"no", "n", "false", "0", "nein", "falsch"})
_MONEY_SIGN = re.compile(r"^(?:[A-Z]{3}|[£$€¥₹]|kr|zł)?\s*(.*?)\s*(?:[A-Z]{3}|[£$€¥₹%]|kr|zł)?$")
_SPACES = re.compile("[\\s'\u2019]")
_THOUSANDS = tuple(
    (
        point,
        comma,
        re.compile(rf"[0-9]{{1,3}}(?:\{comma}[0-9]{{3}})+\{point}[0-9]{{1,2}}"),
        re.compile(rf"[0-9]{{1,3}}(?:\{comma}[0-9]{{3}}){{2,}}"),
    )
    for point, comma in ((".", ","), (",", "."))
)
_TIME = re.compile(r"^([0-9]{1,2})[:.]([0-9]{2})(?::([0-9]{2}(?:\.[0-9]{1,6})?))?\s*([ap]m)?$", re.IGNORECASE)
_STATE = re.compile(r"^(contains|may[ _]contain|free(?: of it)?|not[ _]confirmed)\s*(?:\((.*)\))?$", re.I | re.S)
MOST_DETAIL = 60
MADE_A_DATE = "The spreadsheet has made a date of this. Format the column as text, and type it again."


class Unreadable(ValueError):
    """What is wrong with a cell and what to do, in one or two sentences."""


def harmless(text: str) -> str:
    """A text as it stands in a file: what a spreadsheet would compute is a word with an apostrophe before it."""
    text = _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return f"'{text}" if _runs(text) else text


def meant(text: str) -> str:
    """What is meant by a cell's text: `harmless` taken back, without the blanks at its ends."""
    text = _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return (text[1:] if text.startswith("'") and _runs(text[1:]) else text).strip()


def returned(text: str) -> str:
    """What comes back of a text that went out into a file."""
    return meant(harmless(text))


def _runs(text: str) -> bool:
    # The same with and without apostrophes before it, so that one more can always be told from those of the name.
    text = text.lstrip("'")
    return text.startswith(_CONTROL) or text.lstrip().lstrip("'").lstrip().startswith(_COMPUTED)


def line(text: str) -> str:
    if "\n" in text:
        raise Unreadable("It has more than one line. Write it in one.")
    return text


def amount(text: str) -> Decimal:
    """Money or a rate: 4.60, 4,60, £4.60, 1,234.50, 1.234,50, 1 234,50."""
    found = _MONEY_SIGN.match(text)
    digits = _SPACES.sub("", found[1] if found else text)
    for point, comma, with_decimals, without in _THOUSANDS:
        # With thousands marked there is no doubt which of the two is the decimal point.
        if with_decimals.fullmatch(digits):
            return Decimal(digits.replace(comma, "").replace(point, "."))
        if without.fullmatch(digits):
            return Decimal(digits.replace(comma, ""))
    if re.fullmatch(r"[0-9]+(?:[.,][0-9]{1,2})?", digits):
        return Decimal(digits.replace(",", "."))
    if re.fullmatch(r"-[0-9.,]+", digits):
        raise Unreadable(f"“{text}” is less than nothing. Write an amount such as 4.60.")
    if re.fullmatch(r"[0-9]{1,3}[.,][0-9]{3}", digits):
        raise Unreadable(f"“{text}” can be read in two ways. Write all digits and two decimals, such as 1234.00.")
    if re.fullmatch(r"[0-9]+[.,][0-9]+", digits):
        raise Unreadable(f"“{text}” has more than two decimals. Write an amount such as 4.60.")
    raise Unreadable(f"“{text}” is no amount. Write one such as 4.60; if it was one, format the column as text.")


def whole(text: str, most: int = 2_147_483_647) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise Unreadable(f"“{text}” is no whole number. Write one such as 12.")
    if int(text) > most:
        raise Unreadable(f"“{text}” is too much. Write at most {most}.")
    return int(text)


def small(text: str) -> int:
    """SQLite would take more, PostgreSQL not."""
    return whole(text, 32_767)


def yes_or_no(text: str) -> bool:
    word = text.casefold()
    if word in _YES or word in _NO:
        return word in _YES
    raise Unreadable(f"“{text}” is neither yes nor no. Write one of the two.")


def said(value: bool) -> str:
    return "yes" if value else "no"


def time_of_day(text: str) -> dt.time | None:
    """17:00, 17.00, 5:00 pm, or the part of a day that spreadsheets keep instead; None where it is empty."""
    if not text:
        return None
    if re.fullmatch(r"0(?:[.,][0-9]+)?", text):
        seconds = round(Decimal(text.replace(",", ".")) * 86_400)
        return time_after(dt.timedelta(seconds=min(seconds, 86_399)))
    found = _TIME.match(text)
    try:
        if found is None:
            raise ValueError
        hours, half = int(found[1]), (found[4] or "").lower()
        if half and not 1 <= hours <= 12:
            raise ValueError
        hours = hours % 12 + 12 * (half == "pm") if half else hours
        return dt.time.fromisoformat(f"{hours:02}:{found[2]}:{found[3] or '00'}")
    except ValueError:
        raise Unreadable(f"“{text}” is no time of day. Write one such as 17:00.") from None


def time_text(at: dt.time | None) -> str:
    return "" if at is None else at.isoformat("minutes" if not at.second and not at.microsecond else "auto")


def time_after(midnight: dt.timedelta) -> dt.time:
    """The time of day so long after midnight."""
    return (dt.datetime(1, 1, 1, tzinfo=dt.UTC) + midnight % dt.timedelta(days=1)).time()


def allergen_text(state: str, detail: str) -> str:
    """`contains (wheat, barley)`."""
    word = "free" if state == AllergenState.FREE else AllergenState(state).label
    return f"{word} ({detail})" if detail else word


def allergen(text: str) -> tuple[str, str]:
    """The state, and what stands in brackets."""
    found = _STATE.match(text)
    if found is None:
        raise Unreadable(f"“{text}” is none of: contains, may contain, free, not confirmed; with words in brackets.")
    word = found[1].casefold().replace(" ", "_")
    state = AllergenState.FREE if word.startswith("free") else AllergenState(word)
    detail = line((found[2] or "").strip())
    if len(detail) > MOST_DETAIL:
        raise Unreadable(f"The words in brackets have {len(detail)} characters. Write at most {MOST_DETAIL}.")
    return str(state), detail


def number_text(value: float) -> str:
    """A spreadsheet's number as people would write it: sums of money in binary fractions have long tails."""
    try:
        rounded = round(Decimal(repr(value)), 6).normalize()
    except InvalidOperation:
        return str(value)
    return f"{rounded:f}"


ALLERGENS = tuple(str(name) for name in Allergen.values)
