"""A menu's rows as a file: XLSX with all sheets, or CSV with one. Nothing in it is a formula."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from venues.exchange.cells import harmless
from venues.exchange.columns import SHEETS, Column, Sheet, Shown
from venues.exchange.rows import MenuRows

MARK = "\ufeff"  # without it Excel takes UTF-8 for another encoding
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDE = frozenset({"name", "description", "category", "options", "product", "group", "option", "note", "venue"})
_READ_ME = (
    "This is the menu “{menu}” as onTap had it when the file was made.",
    "Change what you like, save, and import the file on the menu's page. You see every difference before any is made.",
    "A row without an id is new. Nothing is deleted: a product that is no longer sold has “no” under active.",
    "An empty cell leaves what is there. Where empty is itself an answer it counts: description, note, options, an "
    "option's product, served from and until, picture in words, price here.",
    "Options: the names of the groups that a product offers, with ; between them, in their order. Groups stand on the "
    "sheet Options, a row for each option. An option that is a product of this menu says so under product, with its "
    "name, or # and its id, and needs no name of its own.",
    "Allergens: contains, may contain, free or not confirmed; more in brackets, such as contains (wheat).",
    "Venues: where a venue differs from the menu. Stock: fill in “set stock to” (or: not counted) to count anew.",
    "A text that a spreadsheet would compute has an apostrophe before it, which goes again when it is imported.",
)


def csv_file(sheet: Sheet, rows: MenuRows) -> bytes:
    """One kind of row: UTF-8 with a byte order mark, commas, CRLF."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.head for column in sheet.columns])
    writer.writerows([_plain(shown) for shown in line] for line in shown_lines(sheet, rows))
    return (MARK + text.getvalue()).encode()


def xlsx_file(rows: MenuRows) -> bytes:
    """All kinds, a sheet for each, and one that says how to use them."""
    book = Workbook(write_only=True)
    for sheet in SHEETS:
        page = book.create_sheet(sheet.title)
        page.freeze_panes = "B2"
        for number, column in enumerate(sheet.columns, start=1):
            page.column_dimensions[get_column_letter(number)].width = 28 if column.head in _WIDE else 14
        page.append([_head(page, column) for column in sheet.columns])
        for line in shown_lines(sheet, rows):
            page.append([_typed(page, shown) for shown in line])
    page = book.create_sheet("Read me")
    page.column_dimensions["A"].width = 120
    for sentence in _READ_ME:
        page.append([_typed(page, sentence.format(menu=rows.menu.name))])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def shown_lines(sheet: Sheet, rows: MenuRows) -> Iterator[list[Shown]]:
    for row in sheet.rows(rows):
        yield [column.show(row, rows) for column in sheet.columns]


def _plain(shown: Shown) -> str:
    return harmless(shown) if isinstance(shown, str) else "" if shown is None else str(shown)


def _head(page: Any, column: Column) -> Any:
    cell = WriteOnlyCell(page, column.head)
    cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="DFE6E2")
    return cell


def _typed(page: Any, shown: Shown) -> Any:
    if not isinstance(shown, str):
        cell = WriteOnlyCell(page, shown)
        if isinstance(shown, Decimal):
            cell.number_format = "0.00"
        return cell
    cell = WriteOnlyCell(page, "")
    cell.value = harmless(shown)
    cell.data_type = "s"  # the library would make a formula of what begins with =
    cell.number_format = "@"  # and Excel a date of what looks like one, when it is typed over
    return cell
