"""Exported and imported again, a menu is what it was: whatever its rows say, in both formats."""

import csv
import io
import os

import pytest
from hypothesis import given, settings
from hypothesis.extra.django import TestCase
from openpyxl import load_workbook

from tests.venues.exchange.menus import files_of, menus, plan_of, rows_of
from venues.exchange.columns import SHEETS
from venues.exchange.writing import csv_file, xlsx_file
from venues.models import Menu

TRIALS = bool(os.environ.get("ONTAP_TRIALS"))
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")


class RoundTrip(TestCase):
    @given(menu=menus())
    @settings(max_examples=500 if TRIALS else 15)
    def test_export_then_import_has_no_differences(self, menu: Menu) -> None:
        for content in files_of(menu):
            plan = plan_of(menu, content)
            assert (plan.lines, plan.faults, plan.left_out) == ([], [], [])
        assert plan_of(menu, files_of(menu)[0]).same >= len(rows_of(menu).products)

    @given(menu=menus())
    @settings(max_examples=100 if TRIALS else 8)
    def test_no_cell_of_an_export_is_computed_by_a_spreadsheet(self, menu: Menu) -> None:
        rows = rows_of(menu)
        for sheet in SHEETS:
            text = csv_file(sheet, rows).decode("utf-8-sig")
            for line in csv.reader(io.StringIO(text, newline="")):
                assert not [cell for cell in line if cell.startswith(RUNS) or cell.lstrip().startswith(RUNS[:4])]
        for page in load_workbook(io.BytesIO(xlsx_file(rows))).worksheets:
            assert not [cell for line in page.iter_rows() for cell in line if cell.data_type == "f"]


pytestmark = pytest.mark.django_db
