"""The tables say what the runs said."""

from tests.benchmarks.report import Result, column, number, ratio, table


def per_second(result: Result) -> float | None:
    value: float | None = result.get("per_second")
    return value


def test_ratio_is_taken_round_by_round() -> None:
    # In the second round something else used the machine: both were slow, their ratio was not.
    rounds = [
        {"ours": {"per_second": 300.0}, "theirs": {"per_second": 100.0}},
        {"ours": {"per_second": 30.0}, "theirs": {"per_second": 10.0}},
        {"ours": {"per_second": 330.0}, "theirs": {"per_second": 100.0}},
    ]
    assert ratio(rounds, "ours", "theirs", per_second) == "3.00"


def test_column_shows_median_and_spread() -> None:
    rounds = [{"ours": {"per_second": value}} for value in (210.0, 200.0, 900.0)]
    assert column(rounds, "ours", per_second) == "210 (200 to 900)"


def test_failed_run_leaves_a_hole_and_not_a_zero() -> None:
    rounds: list[dict[str, Result]] = [{"ours": {"wrong": ["lost"]}, "theirs": {"per_second": 5.0}}]
    assert column(rounds, "ours", per_second) == "-"
    assert ratio(rounds, "ours", "theirs", per_second) == "-"


def test_numbers_have_three_digits_that_count() -> None:
    assert [number(value) for value in (4321.9, 43.21, 4.321)] == ["4322", "43.2", "4.32"]


def test_table_is_markdown() -> None:
    assert table(["a", "figure"], [["b", "1"]]) == "| a | figure |\n| - | ------ |\n| b | 1      |"
