"""One card for a table: what a guest reads, and the code. Drawn 105 by 74.25 mm, or twice as large on a table tent."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reportlab.lib.units import mm

from venues.sheets.codes import QUIET, matrix_of
from venues.sheets.letters import BOLD, PLAIN, composed, cut, fitting, in_lines, width

WIDE, HIGH = 105.0 * mm, 74.25 * mm  # an eighth of A4
CODE = 41 * mm  # its dark part at most; a phone reads 30 from half a metre
EDGE = 8 * mm  # more than any printer leaves white
SMALL = 9.0
_LINE = SMALL * 1.3
INVITATION = "Scan to order"
HOW = "Point your camera at the code. No app, no account."


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on one card. `place` is the table's name and zone; `edition` lets staff see an old card."""

    venue: str
    number: str
    place: str
    address: str
    edition: str


def draw_card(canvas: Any, card: Card) -> None:
    """The card with its lower left corner at the canvas's origin."""
    head = HIGH - EDGE
    name = composed(card.venue)
    size = fitting(name, BOLD, WIDE - 2 * EDGE, 15, 9)
    canvas.setFont(BOLD, size)
    canvas.drawString(EDGE, head - 11, cut(name, BOLD, size, WIDE - 2 * EDGE))
    canvas.setLineWidth(1.5)
    canvas.line(EDGE, head - 16, WIDE - EDGE, head - 16)

    matrix = matrix_of(card.address)
    square = square_of(len(matrix))
    code = len(matrix) * square
    top = head - 16 - QUIET * square
    _draw_code(canvas, matrix, EDGE, top - code, square)
    left = EDGE + code + QUIET * square
    _draw_words(canvas, card, left, top, top - code, WIDE - EDGE - left)

    canvas.setFont(PLAIN, SMALL)
    canvas.setFillGray(0.35)
    canvas.drawString(EDGE, EDGE, cut(card.edition, PLAIN, SMALL, WIDE - 2 * EDGE))
    canvas.setFillGray(0)


def square_of(squares: int) -> float:
    """The side of one square of a code of so many, in points: with its quiet zone it fits between rule and foot."""
    high = HIGH - 2 * EDGE - 16 - SMALL
    return float(min(CODE / squares, high / (squares + 2 * QUIET)))


def dark_runs(matrix: tuple[tuple[bool, ...], ...]) -> Iterator[tuple[int, int, int]]:
    """(row, first column, how many) of the dark squares that lie side by side."""
    for row, squares in enumerate(matrix):
        start = None
        for column, dark in enumerate((*squares, False)):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                yield row, start, column - start
                start = None


def _draw_code(canvas: Any, matrix: tuple[tuple[bool, ...], ...], x: float, y: float, square: float) -> None:
    path = canvas.beginPath()
    for row, column, length in dark_runs(matrix):
        # A hair taller than its row: some viewers show a white line where two dark squares meet.
        path.rect(x + column * square, y + (len(matrix) - 1 - row) * square, length * square, square * 1.01)
    canvas.drawPath(path, stroke=0, fill=1)


def _draw_words(canvas: Any, card: Card, left: float, top: float, foot: float, room: float) -> None:
    number = composed(card.number)
    pad, high = 3 * mm, 17 * mm
    size = fitting(number, BOLD, room - 2 * pad, 36, 5)
    plate = max(high, width(number, BOLD, size) + 2 * pad)
    canvas.roundRect(left, top - high, plate, high, 1 * mm, stroke=0, fill=1)
    canvas.setFillGray(1)
    canvas.setFont(BOLD, size)
    canvas.drawCentredString(left + plate / 2, top - high / 2 - size * 0.365, number)
    canvas.setFillGray(0)

    below = top - high - 1 * mm
    canvas.setFont(PLAIN, SMALL)
    for at, line in enumerate(in_lines(composed(card.place), PLAIN, SMALL, room, 2), 1):
        canvas.drawString(left, below - at * _LINE, line)
    said = [(BOLD, INVITATION), *((PLAIN, line) for line in in_lines(HOW, PLAIN, SMALL, room, 4))]
    for at, (font, line) in enumerate(reversed(said)):
        canvas.setFont(font, SMALL)
        canvas.drawString(left, foot + at * _LINE, line)
