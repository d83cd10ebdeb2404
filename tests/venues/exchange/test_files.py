"""What spreadsheets, and people who mean harm, make of a file: it is read as it was meant, or refused in words."""

import datetime as dt
import io
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook

from venues.exchange.cells import Unreadable, allergen, amount, harmless, meant, time_of_day, yes_or_no
from venues.exchange.files import read_file
from venues.exchange.workbooks import MOST_ROWS, MOST_UNPACKED, NoTable

HEADS = ["id", "category", "name", "price"]
ROW: list[Any] = [7, "Bière", "Stout", "4,60"]
READ = {"id": "7", "category": "Bière", "name": "Stout", "price": "4,60"}


def workbook(*lines: list[Any], title: str = "Products") -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = title
    for line in lines:
        page.append(line)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def only_row(content: bytes) -> tuple[int, dict[str, Any]]:
    (table,) = read_file(content)
    (row,) = table.rows
    return row


def why(content: bytes) -> str:
    with pytest.raises(NoTable) as refused:
        read_file(content)
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4.60", "4.60"),
        ("4,60", "4.60"),
        ("4,6", "4.6"),
        ("£4.60", "4.60"),
        ("4,60 €", "4.60"),
        ("EUR 4,60", "4.60"),
        ("20 %", "20"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1\u202f234,50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("1,234,567", "1234567"),
        ("12", "12"),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, value: str) -> None:
    assert amount(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["1,234", "1.234", "4.605", "-1", "1E5", "20. Mar", "4.60.1", "1,23.4", "", "NaN", "٤"]
)
def test_an_amount_that_is_none_or_two_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        amount(text)


def test_other_cells_are_read_as_people_write_them() -> None:
    assert [time_of_day(text) for text in ("17:00", "9.30", "5:00 pm", "12:00 am", "0.5", "")] == [
        dt.time(17),
        dt.time(9, 30),
        dt.time(17),
        dt.time(0),
        dt.time(12),
        None,
    ]
    assert [yes_or_no(text) for text in ("yes", "FALSE", "x", "Nein")] == [True, False, True, False]
    assert allergen("contains (wheat (spelt))") == ("contains", "wheat (spelt)")
    assert allergen("Not confirmed") == ("not_confirmed", "")
    for read, text in ((time_of_day, "25:00"), (time_of_day, "noon"), (yes_or_no, "perhaps"), (allergen, "none")):
        with pytest.raises(Unreadable):
            read(text)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "'=1", "''-", " =1", "\uff1d1"])
def test_what_would_be_computed_is_made_harmless_and_comes_back(text: str) -> None:
    assert harmless(text).startswith("'")
    assert meant(harmless(text)) == text.strip()
    assert meant(harmless(harmless(text))) == harmless(text).replace("\r", "\n").strip()


@pytest.mark.parametrize("text", ["O'Hara", "'n' Cheese", "Ale - best", "50/50", "a=b"])
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert harmless(text) == meant(text) == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("between", [";", "\t", ","])
def test_csv_is_read_in_every_encoding_and_with_every_separator(encoding: str, between: str) -> None:
    blank, row = between * 3, between.join(["7", "Bière", "Stout", '"4,60"', ""])
    text = f"\n{between.join(HEADS)}{blank}\r\n\r\n{row}\r\n{blank}\r\n"
    assert only_row(text.encode(encoding)) == (4, READ)


def test_excels_own_word_about_the_separator_is_no_head() -> None:
    assert only_row("sep=;\r\nid;category;name;price\r\n7;Bière;Stout;4,60\r\n".encode())[1] == READ


def test_heads_may_be_in_another_order_and_case_and_unknown_ones_are_named() -> None:
    (table,) = read_file(b"PRICE,Mine, Name ,Category\n4.60,x,Stout,Beer\n")
    assert table.rows == [(2, {"price": "4.60", "name": "Stout", "category": "Beer"})]
    assert table.left_out == ("Mine",)


def test_a_workbook_is_read_with_its_numbers_dates_and_times() -> None:
    content = workbook(HEADS, [], [7, "Bière", "Stout", 4.6, None, None], [None, " "])
    assert only_row(content) == (3, READ | {"price": "4.6"})
    assert only_row(workbook(HEADS, [7.0, "Bière", "Stout", 0.1 + 0.2]))[1]["price"] == "0.3"
    assert only_row(workbook(HEADS, [7, "Bière", dt.date(2026, 3, 20), 1]))[1]["name"] == dt.date(2026, 3, 20)
    times = workbook(
        ["name", "station", "served from", "served until"], ["Lunch", "bar", dt.time(12), 0.625], title="Categories"
    )
    assert only_row(times)[1]["served from"] == "12:00"
    assert time_of_day(only_row(times)[1]["served until"]) == dt.time(15)


def test_a_rate_that_the_spreadsheet_shows_in_per_cent_is_one() -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page.append([*HEADS, "tax %"])
    page.append([*ROW, 0.2])
    page["E2"].number_format = "0%"
    file = io.BytesIO()
    book.save(file)
    assert only_row(file.getvalue())[1]["tax %"] == "20"


def test_other_sheets_and_macros_are_left_alone() -> None:
    book = Workbook()
    for title, line in (("Notes", ["Buy milk"]), ("Products", HEADS), ("Products", ROW)):
        (book[title] if title in book.sheetnames else book.create_sheet(title)).append(line)
    file = io.BytesIO()
    book.save(file)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    assert only_row(file.getvalue())[1] == READ


def test_a_file_that_is_no_table_is_refused_in_words() -> None:
    assert "empty" in why(b" \n")
    assert "no heads that we know" in why(b"hello")
    assert "no heads that we know" in why(b"\x89PNG\r\n\x1a\n" + bytes(50))
    assert "old Excel file" in why(b"\xd0\xcf\x11\xe0" + bytes(50))
    assert "cannot be read as an Excel workbook" in why(b"PK\x03\x04" + bytes(50))
    assert "No sheet is one of ours" in why(workbook(["a", "b"], title="Mine"))
    assert "twice" in why(b"id,category,name,price,Price\n")
    assert "5 megabytes" in why(bytes(5_000_001))
    assert "no CSV" in why(b'id,category,name,price\n1,2,"' + b"x" * 200_000)


def test_merged_cells_are_refused_for_only_one_of_them_says_anything() -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(HEADS)
    page.append(ROW)
    page.merge_cells("B2:B3")
    file = io.BytesIO()
    book.save(file)
    assert "Unmerge" in why(file.getvalue())


def test_too_many_rows_are_refused_and_blank_ones_do_not_count() -> None:
    line = b"7,Beer,Stout,4.60\n"
    head = b"id,category,name,price\n"
    (table,) = read_file(head + line * MOST_ROWS + b",,,\n" * 1000)
    assert len(table.rows) == MOST_ROWS
    assert "10,000 rows" in why(head + line * (MOST_ROWS + 1))


def altered(content: bytes, part: str, new: bytes) -> bytes:
    """The workbook with one part of its archive replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in old.namelist():
            archive.writestr(name, new if name == part else old.read(name))
    return file.getvalue()


def test_a_small_file_that_unpacks_to_far_more_is_refused_before_it_does() -> None:
    bomb = altered(workbook(HEADS, ROW), "xl/worksheets/sheet1.xml", b" " * (MOST_UNPACKED + 1))
    assert len(bomb) < 100_000
    assert "unpacks to far more" in why(bomb)


def test_xml_that_defines_its_own_words_is_refused() -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
    assert "safely" in why(altered(workbook(HEADS, ROW), "xl/worksheets/sheet1.xml", laughs))


def test_a_sheet_that_claims_a_row_far_away_is_read_in_a_moment() -> None:
    far = b"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
    <dimension ref="A1:XFD9999999"/>
    <sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>category</t></is></c>
    <c r="B1" t="inlineStr"><is><t>price</t></is>
    </c></row><row r="999999999999"><c r="A999999999999"><v>1</v></c></row></sheetData></worksheet>"""
    (table,) = read_file(altered(workbook(HEADS, ROW), "xl/worksheets/sheet1.xml", far))
    assert table.rows == []
