"""The sheets of an XLSX as lines of cells. It is a ZIP of XML that a stranger made: what it unpacks to is bounded, and
macros, links and pictures in it are never looked at."""

import datetime as dt
import io
import warnings
import zipfile
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.utils.exceptions import InvalidFileException

from venues.exchange.cells import Cell, number_text, said, time_after, time_text

MOST_ROWS = 10_000
MOST_COLUMNS = 60
MOST_UNPACKED = 30_000_000  # bytes; 10,000 products with all that is known of them are 17
MOST_PARTS = 500
_LAST_ROW = 1_048_576  # of any workbook; a file may name others
_STEP = 1 << 16
_DAY_ZERO = dt.date(1900, 1, 8)  # a time of day is, to Excel, a moment of the first days of 1900
_MERGED = "The file has merged cells, of which only the first holds anything. Unmerge them, and fill in each."


class NoTable(ValueError):
    """What is wrong with a file and what to do."""


def read_workbook(content: bytes) -> dict[str, list[tuple[int, list[Cell]]]]:
    """Title of a sheet to its lines that are not blank, numbered as the spreadsheet numbers them."""
    unsafe = "This file cannot be read as an Excel workbook. Open it, save it as .xlsx, and try again."
    try:
        _look_inside(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what it leaves out: pictures, rules, extensions
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            try:
                return {sheet.title: _lines(sheet) for sheet in book.worksheets}
            finally:
                book.close()
    except NoTable:
        raise
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        ParseError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        EOFError,
        NotImplementedError,
        RuntimeError,
    ):
        # Whatever the library stumbles over in a file that no spreadsheet made.
        raise NoTable(unsafe) from None


def _look_inside(content: bytes) -> None:
    """Raises NoTable for a bomb, for XML that could define one, and for merged cells. Unpacks to nowhere."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        names = {part.filename for part in parts}
        if "mimetype" in names and "content.xml" in names:
            raise NoTable("This is an OpenDocument file. Save it as “Excel workbook (.xlsx)”, or as CSV.")
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise NoTable("The file unpacks to far more than a menu. Copy the rows into a new workbook.")
        left = MOST_UNPACKED
        for part in parts:
            with archive.open(part) as file:
                tail = b""
                while block := file.read(_STEP):
                    left -= len(block)
                    if left < 0:
                        raise NoTable("The file unpacks to far more than a menu. Copy the rows into a new workbook.")
                    text = (tail + block).replace(b"\0", b"")
                    if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in text:
                        raise NoTable("This file cannot be read safely. Copy the rows into a new workbook.")
                    if part.filename.startswith("xl/worksheets/") and b"<mergeCell " in text:
                        raise NoTable(_MERGED)
                    tail = block[-16:]


def _lines(sheet: Any) -> list[tuple[int, list[Cell]]]:
    sheet.reset_dimensions()  # what it says of its own size is not to be believed
    lines: list[tuple[int, list[Cell]]] = []
    blank: object = None
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS, max_row=_LAST_ROW), start=1):
        # The library gives the same one for each row that is not there, of which there may be a million.
        if row is blank:
            continue
        if all(cell is EMPTY_CELL for cell in row):
            blank = row
            continue
        cells = [_cell(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if not any(isinstance(cell, dt.date) or cell.strip() for cell in cells):
            continue
        if len(lines) > MOST_ROWS:
            raise NoTable(f"Sheet “{sheet.title}” has more than {MOST_ROWS:,} rows. Import it in parts.")
        lines.append((number, cells))
    return lines


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return said(value)
    if isinstance(value, dt.time):
        return time_text(value.replace(tzinfo=None))
    if isinstance(value, dt.datetime):
        return time_text(value.time()) if value.date() < _DAY_ZERO else value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, dt.timedelta):
        return time_text(time_after(value))
    number = float(value)
    return number_text(number * 100 if "%" in (cell.number_format or "") else number)
