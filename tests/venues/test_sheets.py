"""Codes on paper: what a phone finds there, whether it fits, and what is said before it is printed."""

import base64
import re
import zlib
from itertools import pairwise

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.units import mm

from venues.reach import doubts_about
from venues.sheets import LAYOUTS, Card, matrix_of, pdf_of, svg_of, unprintable
from venues.sheets.card import EDGE, HIGH, SMALL, WIDE, square_of
from venues.sheets.codes import QUIET
from venues.sheets.letters import BOLD, cut, fitting, in_lines, width

ADDRESS = "https://orders.example.org/t/ae.abcdefghijklmnopqrstuvwxyz"
CARD = Card("The Lamplighter", "7", "Window, Snug", ADDRESS, "Code 3, 28 Nov 2026")


def squares_drawn(sheet: bytes) -> list[list[tuple[float, ...]]]:
    """x, y, width, height of the rectangles of each filled path of a PDF, in its own points."""
    text = b"".join(_streams(sheet)).decode("latin-1")
    paths = [
        re.findall(r"(-?[\d.]+) (-?[\d.]+) (-?[\d.]+) (-?[\d.]+) re", path) for path in re.split(r"\bf\*?\s", text)
    ]
    return [[tuple(map(float, one)) for one in path] for path in paths if len(path) > 20]


def _streams(sheet: bytes) -> list[bytes]:
    packed = re.findall(rb"ASCII85Decode /FlateDecode \].*?stream\n(.*?)~>\s*endstream", sheet, re.DOTALL)
    return [zlib.decompress(base64.a85decode(one)) for one in packed]


def matrix_in(path: list[tuple[float, ...]], side: float) -> tuple[tuple[bool, ...], ...]:
    """The squares of a drawn code, read back as a camera would: by where the ink is."""
    left, top = min(x for x, *_ in path), max(y for _, y, *_ in path)
    size = round((max(x + w for x, _, w, _ in path) - left) / side)
    dark = {
        (round((top - y) / side), round((x - left) / side) + step)
        for x, y, w, _ in path
        for step in range(round(w / side))
    }
    return tuple(tuple((row, column) in dark for column in range(size)) for row in range(size))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_ink_on_the_sheet_is_the_code_of_the_address(layout: str) -> None:
    paths = squares_drawn(pdf_of([CARD], layout, "Codes"))
    expected = tuple(tuple(bool(one) for one in row) for row in segno.make_qr(ADDRESS, error="m").matrix)
    assert paths
    for path in paths:
        assert matrix_in(path, square_of(len(expected))) == expected


@pytest.mark.parametrize("address", ["http://10.0.0.7:8080/t/ae.abcdefghijklmnopqrstuvwxyz", ADDRESS, ADDRESS * 3])
def test_a_code_is_30_mm_wide_with_white_around_it(address: str) -> None:
    squares = len(matrix_of(address))
    side = square_of(squares)
    assert squares * side >= 30 * mm
    assert squares * side + 2 * QUIET * side <= HIGH - 2 * EDGE - 16 - SMALL + 0.01
    assert side * QUIET <= EDGE


def test_the_picture_of_a_code_has_its_quiet_zone_and_no_script_or_style() -> None:
    drawn = svg_of(ADDRESS, "Table 7 <b>").decode()
    code = segno.make_qr(ADDRESS, error="m")
    assert code.error in ("M", "Q", "H")
    assert f"M{QUIET} {QUIET}.5" in drawn
    assert f"M0 0h{code.symbol_size(border=QUIET)[0]}" in drawn
    assert "Table 7 &lt;b&gt;" in drawn
    assert not re.search(r"<script|style=|href", drawn)


def test_sheets_have_as_many_pages_as_they_need() -> None:
    pages = {layout: pdf_of([CARD] * 9, layout, "Codes").count(b"/Type /Page\n") for layout in LAYOUTS}
    assert pages == {"cards": 2, "tents": 9}


def test_letters_that_would_come_out_as_boxes_or_turned_round_are_named_before() -> None:
    for fine in (
        "The Lamplighter",
        "Café Łódź",
        "Žižkov",
        "Ταβέρνα",
        "Чайная",
        "Quán Việt",
        "Cafe\N{COMBINING ACUTE ACCENT}",
    ):
        assert unprintable(fine) == "", fine
    for wrong in ("東京", "بيت", "בית", "हिन्दी", "🍺"):
        assert unprintable(f"A {wrong}"), wrong


@settings(max_examples=60)
@given(st.text(st.characters(codec="latin-1", categories=("L", "N", "P", "Zs")), min_size=1, max_size=80))
def test_no_text_is_wider_than_its_place(text: str) -> None:
    room = 100.0
    assert width(text[:16], BOLD, fitting(text[:16], BOLD, room, 36, 5)) <= room + 0.01
    assert width(cut(text, BOLD, 9, room), BOLD, 9) <= room + 0.01
    lines = in_lines(text, BOLD, 9, room, 2)
    assert len(lines) <= 2
    assert all(width(line, BOLD, 9) <= room + 0.01 for line in lines)


def test_a_sheet_of_the_longest_words_is_made() -> None:
    longest = Card("W" * 80, "W" * 16, f"{'W' * 40}, {'W' * 40}", ADDRESS, "Code 4294967295, 28 Nov 2026")
    assert pdf_of([longest] * 8, "cards", "x").startswith(b"%PDF")
    assert 105 * mm == WIDE


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://127.0.0.1:8080", ["this very device", "plain http"]),
        ("http://localhost:8080", ["this very device", "plain http"]),
        ("https://[::1]", ["this very device"]),
        ("http://192.168.1.20:8080", ["bare IP", "plain http"]),
        ("https://203.0.113.9", ["bare IP"]),
        ("http://pub.local", ["only this network", "plain http"]),
        ("https://pub-pc", ["only this network"]),
        ("http://orders.example.org", ["plain http"]),
        ("https://orders.example.org", []),
        ("https://127.0.0.1.example.org", []),
    ],
)
def test_what_is_said_about_an_address_before_it_is_printed(address: str, words: list[str]) -> None:
    said = [doubt.what for doubt in doubts_about(address)]
    assert len(said) == len(words)
    assert all(word in what for word, what in zip(words, said, strict=True))


def test_the_cards_of_a_page_do_not_overlap() -> None:
    paths = squares_drawn(pdf_of([CARD] * 8, "cards", "x"))
    assert len(paths) == 8
    assert all(first == second for first, second in pairwise(paths))  # each in the frame of its own card
