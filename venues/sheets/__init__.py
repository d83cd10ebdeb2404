"""Codes on paper: one as SVG, many as a PDF to print, cut and stand on tables."""

from venues.sheets.codes import matrix_of, svg_of
from venues.sheets.letters import unprintable
from venues.sheets.pdf import LAYOUTS, Card, pdf_of

__all__ = ["LAYOUTS", "Card", "matrix_of", "pdf_of", "svg_of", "unprintable"]
