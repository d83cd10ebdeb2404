"""How times are spread: count, median, 90th percentile and share within a target, of as many groups as wanted.

Percentiles are nearest rank: the median of n times is the ceil(n / 2)th smallest, the 90th percentile the
ceil(9 n / 10)th smallest; so each is a time that was really measured. One statement for both databases: times are
counted by the whole second, and the seconds summed up until the rank is reached.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from ontap.reports.measures import Measure
from ontap.reports.rows import Rows

PREFIX = "key_"


@dataclass(frozen=True, slots=True)
class Spread:
    """Of `count` times: seconds, how many were within the target, and all of them together."""

    count: int = 0
    median: int | None = None
    p90: int | None = None
    within: int = 0
    total: int = 0


NONE = Spread()


@dataclass(frozen=True, slots=True)
class Grouping:
    """What to group by (none, one or two of the rows' keys), and what to measure."""

    keys: tuple[str, ...]
    measures: tuple[Measure, ...]


Spreads = Mapping[tuple[int, str, str, str], Spread]
"""By the grouping's place in the list, its keys as texts ("" for none), and the measure's name."""


def spreads(
    rows: Rows, groupings: Sequence[Grouping], target_s: int, *, more: str = "", source: str = "tracked"
) -> Spreads:
    """All groups of all groupings by one look at the rows.

    `more`: another common table expression over `tracked`, which `source` then names.
    """
    inner, parameters = rows.order_by().query.sql_with_params()
    each = [
        _ranked(place, grouping, measure, source)
        for place, grouping in enumerate(groupings)
        for measure in grouping.measures
    ]
    statement = f"WITH tracked AS ({inner}){more} {' UNION ALL '.join(each)}"
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, *[target_s] * len(each)])
        found = cursor.fetchall()
    return {
        (place, first or "", second or "", measure): Spread(*map(int, figures))
        for place, measure, first, second, *figures in found
    }


def _ranked(place: int, grouping: Grouping, measure: Measure, source: str) -> str:
    """How many orders took each number of seconds, and from that the figures of each group.

    A clock that was put back makes no time. Counts are integers: PostgreSQL sums those up faster than any other.
    """
    keys = [f"{PREFIX}{key}" for key in grouping.keys]
    first, second = ([f"CAST({key} AS varchar)" for key in keys] + ["''", "''"])[:2]
    apart = f"PARTITION BY {', '.join(keys)}" if keys else ""
    return f"""
        SELECT {place}, '{measure.name}', {first}, {second}, sum(n), min(CASE WHEN 2 * below >= total THEN s END),
               min(CASE WHEN 10 * below >= 9 * total THEN s END), sum(CASE WHEN s <= %s THEN n ELSE 0 END),
               sum(CAST(s AS bigint) * n)
        FROM (
            SELECT {", ".join([*keys, "s", "n"])}, sum(n) OVER ({apart}) AS total,
                   sum(n) OVER ({apart} ORDER BY s ROWS UNBOUNDED PRECEDING) AS below
            FROM (
                SELECT {", ".join([*keys, f"{measure.column} AS s"])}, CAST(count(*) AS integer) AS n
                FROM {source} WHERE {measure.column} >= 0 GROUP BY {", ".join([*keys, measure.column])}
            ) AS counted
        ) AS summed
        {f"GROUP BY {', '.join(keys)}" if keys else "HAVING count(*) > 0"}
    """
