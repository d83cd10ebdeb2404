"""How things went from day to day, or from week to week where the period is long."""

from collections.abc import Mapping

from ontap.reports import series
from ontap.reports.clocks import date_of, number_of
from ontap.reports.counts import orders_by
from ontap.reports.question import Question
from ontap.reports.report import Report
from ontap.reports.rows import one_in, timed
from ontap.reports.spreads import Grouping, spreads

NOTE = "A business day begins when the venue says so, and goes on past midnight until then."
MOST_DAYS = 92  # a quarter; beyond that a step is a week


def days(asked: Question) -> Report:
    """Two looks at the rows: one counts, one times."""
    scale, length = scale_of(asked)
    orders = {key: number for (key,), number in orders_by(asked, scale).items()}
    whole = sum(orders.values())
    every = one_in(whole)
    wanted = series.measures_for(asked)
    found = spreads(timed(asked, (scale,), wanted, every), [Grouping((scale,), wanted)], asked.target_s)
    steps = steps_of(asked, orders, length)
    return Report(
        whole,
        every,
        [series.sheet("days", *heads_of(length), steps, orders, found, 0, asked)],
        charts=series.charts("days", scale, steps, orders, found, 0, asked, line=True),
        notes=[NOTE],
    )


def scale_of(asked: Question) -> tuple[str, int]:
    """What a step is, and how many days it has."""
    return ("day", 1) if asked.days <= MOST_DAYS else ("week", 7)


def heads_of(length: int) -> tuple[str, str]:
    """The title of the sheet, and the head above its steps."""
    return ("By business day", "Day") if length == 1 else ("By week, from Monday", "Week of")


def steps_of(asked: Question, orders: Mapping[int, int], length: int) -> series.Steps:
    """Every day of the period, also those without an order; of a long one, the weeks from first to last order."""
    if length == 1:
        first, last = number_of(asked.first), number_of(asked.last)
        last -= not orders.get(last)  # mostly today, before the first order
    elif orders:
        first, last = min(orders), max(orders)
    else:
        return []
    dates = {day: date_of(day) for day in range(first, last + 1, length)}
    return [(day, date, f"{date.day} {date:%b}") for day, date in dates.items()]
