"""Charts as shapes on a small plane, for a template to draw as SVG. Pure; texts stay texts, which it escapes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

HEIGHT, FOOT, HEAD, LEFT = 220, 26, 12, 44
NARROW, BESIDE, WIDE = 360, 540, 1100
"""A phone's width, half of a tablet's, all of it: letters keep their size, so each chart is drawn for two widths."""
GAP = 0.25  # of a bar's room
LETTER = 8.5  # of a label, about
STEPS = (1, 2, 5)
MOST_LEVELS = 4
MOST_DOTS = 31


@dataclass(frozen=True, slots=True)
class Point:
    """One value with its label, and a second, higher one where there is (the 90th percentile above the median)."""

    label: str
    value: float | None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle, and the level of the higher value across it."""

    x: float
    y: float
    width: float
    height: float
    high_y: float | None

    @property
    def end(self) -> float:
        return round(self.x + self.width, 1)

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class Label:
    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """One chart at one width. `target_y` is a level that values are held to."""

    width: int
    bars: Sequence[Bar]
    lines: Sequence[str]
    dots: Sequence[tuple[float, float]]
    labels: Sequence[Label]
    levels: Sequence[Label]
    target_y: float | None
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - FOOT


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its title and its outcome in words; `key` says what its marks are."""

    name: str
    title: str
    words: str
    key: str
    narrow: Drawing
    wide: Drawing
    is_wide: bool


def bar_chart(name: str, title: str, points: Sequence[Point], *, unit: str = "", target: float | None = None) -> Chart:
    """A bar for each point, in their order; those without a value have none."""
    return _chart(name, title, points, unit, target, _bars, BESIDE)


def line_chart(name: str, title: str, points: Sequence[Point], *, unit: str = "", target: float | None = None) -> Chart:
    """A line from point to point, broken where there is no value; a point without neighbours is a dot."""
    return _chart(name, title, points, unit, target, _line, WIDE)


@dataclass(frozen=True, slots=True)
class _Plane:
    width: int
    top: float
    count: int

    @property
    def room(self) -> float:
        return (self.width - LEFT) / max(1, self.count)

    def x(self, place: float) -> float:
        return round(LEFT + place * self.room, 1)

    def y(self, value: float) -> float:
        return round(HEAD + (HEIGHT - FOOT - HEAD) * (1 - value / self.top), 1)


Shapes = tuple[list[Bar], list[str], list[tuple[float, float]]]


def _chart(
    name: str,
    title: str,
    points: Sequence[Point],
    unit: str,
    target: float | None,
    shapes: Callable[[Sequence[Point], _Plane], Shapes],
    wide: int,
) -> Chart:
    values = [value for point in points for value in (point.value, point.high) if value is not None]
    step, count = _levels(max([*values, target or 0, 1]))

    def drawing(width: int) -> Drawing:
        plane = _Plane(width, step * count, len(points))
        bars, lines, dots = shapes(points, plane)
        levels = [Label(LEFT - 8, plane.y(step * n), f"{step * n:,g}") for n in range(count + 1)]
        target_y = plane.y(target) if target is not None else None
        return Drawing(width, bars, lines, dots, _labels(points, plane), levels, target_y)

    marks = ["A mark above a bar: 90 % were quicker."] if any(point.high is not None for point in points) else []
    marks += [f"Dashed: the target, {target:g}{unit}."] if target is not None else []
    return Chart(name, title, _words(points, unit), " ".join(marks), drawing(NARROW), drawing(wide), wide == WIDE)


def _bars(points: Sequence[Point], plane: _Plane) -> Shapes:
    bars = []
    for place, point in enumerate(points):
        if point.value is not None:
            y = plane.y(point.value)
            high = plane.y(point.high) if point.high is not None else None
            width = round(plane.room * (1 - GAP), 1)
            bars.append(Bar(plane.x(place + GAP / 2), y, width, round(HEIGHT - FOOT - y, 1), high))
    return bars, [], []


def _line(points: Sequence[Point], plane: _Plane) -> Shapes:
    runs: list[list[tuple[float, float]]] = [[]]
    for place, point in enumerate(points):
        if point.value is None:
            runs.append([])
        else:
            runs[-1].append((plane.x(place + 0.5), plane.y(point.value)))
    lines = [" ".join(f"{x},{y}" for x, y in run) for run in runs if len(run) > 1]
    return [], lines, [spot for run in runs for spot in run if len(run) == 1 or len(points) <= MOST_DOTS]


def _levels(highest: float) -> tuple[float, int]:
    """A round step, and how many of them there are up to the highest value: at most four."""
    size = 1.0
    while True:
        for step in STEPS:
            if size * step * MOST_LEVELS >= highest:
                return size * step, max(1, int(-(-highest // (size * step))))
        size *= 10


def _labels(points: Sequence[Point], plane: _Plane) -> list[Label]:
    """As many as fit, evenly."""
    longest = max((len(point.label) for point in points), default=1)
    fitting = max(1, int((plane.width - LEFT) / (LETTER * longest + LETTER)))
    every = max(1, -(-len(points) // fitting))
    return [Label(plane.x(place + 0.5), HEIGHT - 7, points[place].label) for place in range(0, len(points), every)]


def _words(points: Sequence[Point], unit: str) -> str:
    """The highest and the lowest in words; all of them are in the table beside the chart."""
    known = [(point.value, point.label) for point in points if point.value is not None]
    if not known:
        return "Nothing to show."
    (most, top), (least, low) = max(known), min(known)
    if most == least:
        return f"{most:g}{unit} throughout."
    return f"Highest: {most:g}{unit} ({top}). Lowest: {least:g}{unit} ({low}). The table below has all figures."
