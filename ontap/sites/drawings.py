"""A site's day by the hour as shapes for a template to draw as SVG: bars for today, a line for what is usual. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

HOURS = 24
WIDTH, BASE, HEIGHT = 240, 48, 62
LABELLED = (1, 7, 13, 19)  # hours since the day began
_ROOM = WIDTH // HOURS


@dataclass(frozen=True, slots=True)
class Bar:
    x: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """`words` is what it shows, for who does not see it; `labels` are hours of the clock with their place."""

    bars: Sequence[Bar]
    usual: str
    words: str
    labels: Sequence[tuple[float, str]]
    width: int = WIDTH
    height: int = HEIGHT
    base: int = BASE
    bar: int = _ROOM - 2


def draw(name: str, by_hour: Mapping[datetime, int], usual: Mapping[int, float], begins: datetime) -> Drawing:
    """Orders an hour since the business day began, beside the mean of the last weeks."""
    counts = [0] * HOURS
    for hour, n in by_hour.items():
        since = int((hour.timestamp() - begins.timestamp()) // 3600)
        counts[max(0, min(HOURS - 1, since))] += n
    most = max([*counts, *usual.values(), 1])
    bars = [
        Bar(at * _ROOM + 1, round(BASE * (1 - n / most), 1), round(BASE * n / most, 1))
        for at, n in enumerate(counts)
        if n
    ]
    points = " ".join(
        f"{at * _ROOM + _ROOM / 2:g},{round(BASE * (1 - usual.get(at, 0) / most), 1):g}" for at in range(HOURS)
    )
    labels = [((at + 0.5) * _ROOM, f"{(begins.hour + at) % 24:02}") for at in LABELLED]
    return Drawing(bars, points if usual else "", _words(name, counts, begins), labels)


def _words(name: str, counts: Sequence[int], begins: datetime) -> str:
    if not any(counts):
        return f"No orders at {name} today yet"
    busiest = max(range(HOURS), key=lambda at: counts[at])
    return f"Orders an hour at {name}: most at {(begins.hour + busiest) % 24:02} h, {counts[busiest]}"
