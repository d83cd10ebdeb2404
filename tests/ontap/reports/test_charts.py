"""Charts as shapes: to scale, within their plane, labelled as far as there is room."""

from hypothesis import given
from hypothesis import strategies as st

from ontap.reports.charts import HEAD, HEIGHT, LEFT, WIDE, Point, bar_chart, line_chart
from ontap.reports.room import zones
from ontap.reports.sheets import Duration, Share, words

VALUES = st.lists(st.none() | st.floats(0, 1e7), max_size=400)


def test_bars_are_to_scale() -> None:
    bars = bar_chart("x", "X", [Point("a", 10), Point("b", 20), Point("c", None)]).wide.bars
    assert len(bars) == 2
    assert bars[1].height == 2 * bars[0].height
    assert bars[0].y + bars[0].height == bars[1].y + bars[1].height


def test_levels_are_round_numbers_up_to_the_highest() -> None:
    def levels(highest: float) -> list[str]:
        return [level.text for level in bar_chart("x", "X", [Point("a", highest)]).wide.levels]

    assert levels(130) == ["0", "50", "100", "150"]
    assert levels(7) == ["0", "2", "4", "6", "8"]
    assert levels(0) == ["0", "1"]
    assert levels(4100) == ["0", "2,000", "4,000", "6,000"]


def test_a_line_breaks_where_nothing_was_timed() -> None:
    points = [Point("a", 1), Point("b", 2), Point("c", None), Point("d", 3)]
    drawing = line_chart("x", "X", points).wide
    assert len(drawing.lines) == 1
    assert len(drawing.dots) == 3


def test_the_outcome_is_in_words() -> None:
    chart = bar_chart("x", "X", [Point("18", 3), Point("19", 9, 12)], unit=" min", target=10)
    assert chart.words.startswith("Highest: 9 min (19). Lowest: 3 min (18).")
    assert chart.key == "A mark above a bar: 90 % were quicker. Dashed: the target, 10 min."
    assert bar_chart("x", "X", []).words == "Nothing to show."
    assert bar_chart("x", "X", [Point("a", 2), Point("b", 2)]).words == "2 throughout."


@given(VALUES, st.none() | st.floats(1, 600))
def test_everything_is_within_the_plane(values: list[float | None], target: float | None) -> None:
    points = [Point(f"{number} Nov", value, value) for number, value in enumerate(values)]
    for chart in (bar_chart("x", "X", points, target=target), line_chart("x", "X", points, target=target)):
        for drawing in (chart.narrow, chart.wide):
            for bar in drawing.bars:
                assert LEFT <= bar.x <= bar.end <= drawing.width + 0.2
                assert HEAD - 0.1 <= bar.y <= drawing.base + 0.1
            for label in drawing.labels:
                assert LEFT <= label.x <= drawing.width
            assert len(drawing.labels) * 40 <= drawing.width + 40


def test_labels_are_fewer_where_there_is_less_room() -> None:
    chart = line_chart("x", "X", [Point(f"{day} Nov", 1) for day in range(1, 29)])
    assert len(chart.narrow.labels) < len(chart.wide.labels)
    assert chart.wide.width == WIDE
    assert chart.wide.height == HEIGHT


def test_plates_are_filled_by_quarters_of_the_most() -> None:
    room = zones([("Bar", str(value), value, "") for value in (0, 1, 25, 26, 75, 76, 100)] + [("", "x", None, "none")])
    assert [plate.fill for plate in room[0].plates] == [0, 1, 1, 2, 3, 4, 4]
    assert (room[1].name, room[1].plates[0].fill) == ("Tables", 0)


def test_figures_in_words() -> None:
    assert [words(Duration(seconds)) for seconds in (None, 0, 59, 60, 3599, 3600, 7325)] == [
        "-",
        "0 s",
        "59 s",
        "1 min 0 s",
        "59 min 59 s",
        "1 h 0 min",
        "2 h 2 min",
    ]
    assert [words(Share(part, whole)) for part, whole in ((1, 3), (0, 5), (0, 0))] == ["33 %", "0 %", "-"]
    assert words(1234567) == "1,234,567"
