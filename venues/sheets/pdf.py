"""Cards on A4: eight to cut apart, or one a page to fold into a table tent."""

import io
from collections.abc import Callable, Sequence
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from venues.sheets.card import HIGH, WIDE, Card, draw_card
from venues.sheets.letters import load_letters

__all__ = ["LAYOUTS", "Card", "pdf_of"]

EIGHT, TENT = "cards", "tents"
LAYOUTS = {EIGHT: "Eight cards a page, to cut apart", TENT: "One table tent a page, to fold"}


def pdf_of(cards: Sequence[Card], layout: str, title: str) -> bytes:
    """The sheet as PDF, with its fonts in it."""
    load_letters()
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=A4, lang="en-GB")
    canvas.setTitle(title)
    canvas.setAuthor("onTap")
    draw, a_page = _DRAWN[layout]
    for first in range(0, len(cards), a_page):
        draw(canvas, cards[first : first + a_page])
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def _eight(canvas: Any, cards: Sequence[Card]) -> None:
    for at, card in enumerate(cards):
        canvas.saveState()
        canvas.translate((at % 2) * WIDE, A4[1] - (at // 2 + 1) * HIGH)
        draw_card(canvas, card)
        canvas.restoreState()
    _dashed(canvas, [(WIDE, 0, WIDE, A4[1]), *((0, row * HIGH, A4[0], row * HIGH) for row in (1, 2, 3))])


def _tent(canvas: Any, cards: Sequence[Card]) -> None:
    """Both halves of the page, the upper one upside down: folded it reads from either side."""
    for card in cards:
        for turned in (False, True):
            canvas.saveState()
            if turned:
                canvas.translate(*A4)
                canvas.rotate(180)
            canvas.scale(2, 2)
            draw_card(canvas, card)
            canvas.restoreState()
    _dashed(canvas, [(0, A4[1] / 2, A4[0], A4[1] / 2)])


def _dashed(canvas: Any, lines: list[tuple[float, float, float, float]]) -> None:
    """Where to cut, or to fold."""
    canvas.saveState()
    canvas.setStrokeGray(0.55)
    canvas.setLineWidth(0.4)
    canvas.setDash(3, 3)
    canvas.lines(lines)
    canvas.restoreState()


_DRAWN: dict[str, tuple[Callable[[Any, Sequence[Card]], None], int]] = {EIGHT: (_eight, 8), TENT: (_tent, 1)}
