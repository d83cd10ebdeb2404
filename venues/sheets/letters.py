"""The letters of printed sheets: which can be set, and how large a text may be in a place."""

import unicodedata
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

PLAIN, BOLD = "OntapSheet", "OntapSheetBold"
_FILES = {PLAIN: "DejaVuSans.ttf", BOLD: "DejaVuSans-Bold.ttf"}
_HAIR = 0.01  # points: what was made to fit does, whatever its last digit
_FOLDER = Path(__file__).resolve().parent.parent / "fonts"


@cache
def load_letters() -> frozenset[int]:
    """Make both fonts known; the code points that both have. Takes a tenth of a second, once a process."""
    known: set[int] | None = None
    for name, file in _FILES.items():
        font = TTFont(name, str(_FOLDER / file))
        pdfmetrics.registerFont(font)
        has = set(font.face.charToGlyph)
        known = has if known is None else known & has
    return frozenset(known or ())


def unprintable(text: str) -> str:
    """The letters of a text that a PDF of ours cannot show as they should look, each once; empty where it can.

    Ours sets letters from left to right, one by one: scripts that join or turn letters come out wrong, and such a
    sheet must be asked about before it is printed, not after.
    """
    known = load_letters()
    wrong = dict.fromkeys(letter for letter in composed(text) if ord(letter) not in known or not _stands_alone(letter))
    return "".join(wrong)


def composed(text: str) -> str:
    """The text with its accents within their letters, as fonts have them."""
    return unicodedata.normalize("NFC", text)


def width(text: str, font: str, size: float) -> float:
    """In points."""
    load_letters()
    return float(pdfmetrics.stringWidth(text, font, size))


def fitting(text: str, font: str, room: float, largest: float, smallest: float) -> float:
    """The largest size, in points, at which the text is no wider than the room; never under the smallest."""
    wide = width(text, font, largest)
    return largest if wide <= room else max(smallest, largest * room / wide)


def in_lines(text: str, font: str, size: float, room: float, most: int) -> list[str]:
    """The text in lines no wider than the room; what does not fit into the most lines ends in an ellipsis."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if width(longer, font, size) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    shown = [cut(line, font, size, room) for line in lines[:most]]
    if len(lines) > most:
        shown[-1] = cut(f"{lines[most - 1]} …", font, size, room, always=True)
    return shown


def cut(text: str, font: str, size: float, room: float, *, always: bool = False) -> str:
    """The text as far as the room goes, then an ellipsis."""
    if width(text, font, size) <= room + _HAIR:
        return text
    body = text.removesuffix("…").rstrip() if always else text
    while body and width(f"{body}…", font, size) > room:
        body = body[:-1].rstrip()
    return f"{body}…"


def _stands_alone(letter: str) -> bool:
    joins = unicodedata.category(letter) in ("Mn", "Mc", "Me", "Cf")
    return not joins and unicodedata.bidirectional(letter) not in ("R", "AL", "AN")
