"""Rows as the text of a CSV file, which Excel and LibreOffice open as it is, and which runs nothing there.

UTF-8 with a byte order mark (Excel takes it for another encoding without), commas, CRLF (RFC 4180).
"""

import csv
import io
from collections.abc import Iterable

from ontap.reports.sheets import Cell, Duration, Money, Share, Sheet

MARK = "\ufeff"
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def whole_file(sheet: Sheet) -> str:
    """A sheet with its heads; columns under a group's head carry its name, since a file has one line of heads."""
    names = [group for group, width in sheet.groups for _ in range(width)] or [""] * len(sheet.columns)
    heads = [
        f"{group}: {column.plain}" if group else column.plain
        for group, column in zip(names, sheet.columns, strict=True)
    ]
    return MARK + lines([heads, *sheet.rows])


def lines(rows: Iterable[Iterable[Cell]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([_plain(cell) for cell in row] for row in rows)
    return text.getvalue()


def _plain(cell: Cell) -> str | int | float:
    if isinstance(cell, (Duration, Money, Share)):
        return cell.plain
    if isinstance(cell, str):
        # A guest's or a gateway's word that a spreadsheet would compute is a word with an apostrophe before it.
        return f"'{cell}" if cell.startswith(BEGINS_A_FORMULA) else cell
    return cell if isinstance(cell, int) else cell.isoformat()
