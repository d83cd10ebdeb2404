"""Figures along a scale: hours of the day, weekdays, days or weeks. One sheet and two charts for each scale."""

from collections.abc import Mapping, Sequence

from ontap.reports import side_by_side
from ontap.reports.charts import Chart, Point, bar_chart, line_chart
from ontap.reports.measures import BRING, DELIVERY, Measure
from ontap.reports.question import Question
from ontap.reports.sheets import Cell, Column, Sheet, name_column, spread_cells, spread_columns
from ontap.reports.side_by_side import WANTED, spread_of
from ontap.reports.spreads import Spreads

Steps = Sequence[tuple[int, Cell, str]]
"""Of a scale, in its order: the key, the name in the sheet, the short name under the chart."""


def measures_for(asked: Question) -> tuple[Measure, ...]:
    """Those of the sheet, and the one of the charts."""
    return tuple(dict.fromkeys((*WANTED, asked.measure)))


def sheet(
    name: str,
    title: str,
    head: str,
    steps: Steps,
    orders: Mapping[int, int],
    found: Spreads,
    place: int,
    asked: Question,
) -> Sheet:
    """A row for each step of the scale, with both deliveries side by side."""
    own = None if asked.measure in (DELIVERY, BRING) else asked.measure
    rows: list[list[Cell]] = []
    for key, label, _ in steps:
        row: list[Cell] = [label, orders.get(key, 0), *side_by_side.cells(found, key, place=place)]
        rows.append([*row, *(spread_cells(spread_of(found, own, key, place=place)) if own is not None else [])])
    columns = [name_column(head), Column("Orders"), *side_by_side.columns(asked)]
    groups = side_by_side.groups(2)
    if own is not None:
        columns += spread_columns(asked.target_minutes)
        groups.append(side_by_side.head_of(own))
    return Sheet(name, title, columns, rows, groups=groups)


def charts(
    name: str,
    scale: str,
    steps: Steps,
    orders: Mapping[int, int],
    found: Spreads,
    place: int,
    asked: Question,
    *,
    line: bool,
) -> list[Chart]:
    """How many orders, and how long the chosen time took, in minutes."""
    counted = [Point(short, orders.get(key, 0)) for key, _, short in steps]
    timed = []
    for key, _, short in steps:
        spread = spread_of(found, asked.measure, key, place=place)
        timed.append(Point(short, _minutes(spread.median), None if line else _minutes(spread.p90)))
    draw = line_chart if line else bar_chart
    title = f"{asked.measure.title} by {scale}, minutes"
    target = float(asked.target_minutes)
    return [
        draw(f"{name}-orders", f"Orders by {scale}", counted),
        draw(f"{name}-time", title, timed, unit=" min", target=target),
    ]


def _minutes(seconds: int | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 1)
