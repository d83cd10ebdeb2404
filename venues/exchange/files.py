"""An uploaded file as tables of cells: CSV as spreadsheets save it anywhere, or XLSX. Bounded in every direction.

Raises NoTable, which says what is wrong with the file and what to do.
"""

import csv
import io
from dataclasses import dataclass

from venues.exchange import workbooks
from venues.exchange.cells import Cell
from venues.exchange.columns import SHEETS, Sheet, plain_head
from venues.exchange.workbooks import MOST_COLUMNS, MOST_ROWS, NoTable

MOST_BYTES = 5_000_000
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
TOO_LARGE = "The file has more than 5 megabytes. A menu needs far less: remove pictures and other sheets from it."


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of rows: which line of the file, and what stands in the columns that we know."""

    sheet: Sheet
    rows: list[tuple[int, dict[str, Cell]]]
    left_out: tuple[str, ...] = ()
    """Heads that we do not know."""


def read_file(content: bytes) -> list[Table]:
    """The tables of a file, whatever its name says it is."""
    if len(content) > MOST_BYTES:
        raise NoTable(TOO_LARGE)
    if not content.strip():
        raise NoTable("The file is empty.")
    if content.startswith(_OLD_EXCEL):
        raise NoTable(
            "This is an old Excel file, or one with a password. Save it as “Excel workbook (.xlsx)” without one."
        )
    if content.startswith(b"PK"):
        return _of_workbook(content)
    return [_table("The file", _csv_lines(_text(content)), None)]


def _of_workbook(content: bytes) -> list[Table]:
    titles = {plain_head(sheet.title): sheet for sheet in SHEETS}
    tables = []
    for title, lines in workbooks.read_workbook(content).items():
        named = titles.get(plain_head(title))
        # A workbook may hold whatever else people keep in it.
        if named is not None or _kind(_heads(lines)) is not None:
            tables.append(_table(f"Sheet “{title}”", lines, named))
    twice = {table.sheet.title for table in tables if sum(other.sheet is table.sheet for other in tables) > 1}
    if twice:
        raise NoTable(f"There are two sheets of {' and '.join(sorted(twice)).lower()}. Keep one of each kind.")
    if not tables:
        raise NoTable(f"No sheet is one of ours: {_titles()}. Export the menu to see how they look.")
    return [table for sheet in SHEETS for table in tables if table.sheet is sheet]


def _table(where: str, lines: list[tuple[int, list[Cell]]], sheet: Sheet | None) -> Table:
    heads = _heads(lines)
    sheet = sheet or _kind(heads)
    if sheet is None:
        raise NoTable(f"{where} has no heads that we know in its first line. Export the menu to see how they look.")
    columns = [sheet.heads.get(plain_head(head)) for head in heads]
    known = [column.head for column in columns if column is not None]
    if twice := sorted({head for head in known if known.count(head) > 1}):
        raise NoTable(f"{where} has the column {', '.join(f'“{head}”' for head in twice)} twice. Keep one.")
    rows = [
        (number, {column.head: cell for column, cell in zip(columns, cells, strict=False) if column is not None})
        for number, cells in lines[1:]
    ]
    left_out = tuple(head for head, column in zip(heads, columns, strict=True) if column is None and head)
    return Table(sheet, [(number, cells) for number, cells in rows if any(cells.values())], left_out)


def _heads(lines: list[tuple[int, list[Cell]]]) -> list[str]:
    return [str(cell).strip() for cell in lines[0][1]] if lines else []


def _kind(heads: list[str]) -> Sheet | None:
    """The kind that most of the heads are of."""
    given = {plain_head(head) for head in heads}
    fitting = [sheet for sheet in SHEETS if sheet.known_by <= given]
    return max(fitting, key=lambda sheet: len(given & set(sheet.heads)), default=None)


def _text(content: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if content.startswith(mark):
            return _decoded(content, encoding)
    if b"\0" in content[:200]:
        return _decoded(content, "utf-16-le" if content[1:2] == b"\0" else "utf-16-be")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return _decoded(content, "cp1252")  # what Excel on Windows calls CSV without saying more


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise NoTable("The file's letters cannot be read. Save it as “CSV UTF-8”, or as .xlsx.") from None


def _csv_lines(text: str) -> list[tuple[int, list[Cell]]]:
    if text[:4].lower() == "sep=":  # Excel's own word to itself
        text = "\n" + text.partition("\n")[2]
    first = next((line for line in text.splitlines() if line.strip()), "")
    between = max(",;\t", key=first.count)
    lines: list[tuple[int, list[Cell]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=between)
    number = 0
    try:
        for number, line in enumerate(reader, start=1):
            if not any(cell.strip() for cell in line):
                continue
            if len(lines) > MOST_ROWS:
                raise NoTable(f"The file has more than {MOST_ROWS:,} rows. Import it in parts.")
            lines.append((number, list(line[:MOST_COLUMNS])))
    except csv.Error:
        raise NoTable(
            f"Row {number + 1} is no CSV. Save the file once more from the spreadsheet, as CSV UTF-8."
        ) from None
    return lines


def _titles() -> str:
    return ", ".join(sheet.title for sheet in SHEETS)
