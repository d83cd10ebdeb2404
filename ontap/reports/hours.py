"""When it is busy and when it is slow: by hour of the day and by weekday, on the venue's own clock."""

from collections.abc import Mapping

from ontap.reports import series
from ontap.reports.counts import orders_by
from ontap.reports.question import Question
from ontap.reports.report import Report
from ontap.reports.rows import one_in, timed
from ontap.reports.spreads import Grouping, spreads

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NOTE = (
    "Hours and weekdays are the venue's own, also through the nights when clocks change. A weekday is that of the "
    "business day: what is ordered after midnight belongs to the evening before."
)


def hours(asked: Question) -> Report:
    """Two looks at the rows: one counts, one times."""
    by_both = orders_by(asked, "weekday", "hour")
    by_hour: dict[int, int] = {}
    by_weekday: dict[int, int] = {}
    for (weekday, hour), orders in by_both.items():
        by_hour[hour] = by_hour.get(hour, 0) + orders
        by_weekday[weekday] = by_weekday.get(weekday, 0) + orders
    whole = sum(by_both.values())
    every = one_in(whole)
    wanted = series.measures_for(asked)
    groupings = [Grouping(("hour",), wanted), Grouping(("weekday",), wanted)]
    found = spreads(timed(asked, ("hour", "weekday"), wanted, every), groupings, asked.target_s)
    day = steps_of_day(asked, by_hour)
    week: series.Steps = [(number, name, name[:3]) for number, name in enumerate(WEEKDAYS)]
    return Report(
        whole,
        every,
        [
            series.sheet("hours", "By hour of the day", "Hour", day, by_hour, found, 0, asked),
            series.sheet("weekdays", "By weekday", "Weekday", week, by_weekday, found, 1, asked),
        ],
        charts=[
            *series.charts("hours", "hour", day, by_hour, found, 0, asked, line=False),
            *series.charts("weekdays", "weekday", week, by_weekday, found, 1, asked, line=False),
        ],
        notes=[NOTE],
    )


def steps_of_day(asked: Question, by_hour: Mapping[int, int]) -> series.Steps:
    """From the first hour that had an order to the last, in the order of a business day."""
    begins = min(clock.day_starts.hour for clock in asked.clocks)
    whole_day = [(begins + number) % 24 for number in range(24)]
    busy = [place for place, hour in enumerate(whole_day) if by_hour.get(hour)]
    some = whole_day[busy[0] : busy[-1] + 1] if busy else []
    return [(hour, f"{hour:02}:00 to {(hour + 1) % 24:02}:00", str(hour)) for hour in some]
