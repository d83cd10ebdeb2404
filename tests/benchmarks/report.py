"""From the results of alternating runs to a table: medians, and ratios to a baseline of the same round."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

Result = Mapping[str, Any]
Round = Mapping[str, Result]
"""What each candidate reached, one run each, in the same minutes."""

Figure = Callable[[Result], float | None]


def column(rounds: Sequence[Round], name: str, figure: Figure) -> str:
    """The median of a figure over all rounds, with the least and the most."""
    values = _values(rounds, name, figure)
    if not values:
        return "-"
    spread = f" ({number(min(values))} to {number(max(values))})" if len(values) > 1 else ""
    return number(median(values)) + spread


def ratio(rounds: Sequence[Round], name: str, baseline: str, figure: Figure) -> str:
    """The median of each round's ratio: what slowed the machine down in that round, slowed both down."""
    ratios = []
    for one in rounds:
        if name in one and baseline in one:
            ours, theirs = figure(one[name]), figure(one[baseline])
            if ours is not None and theirs:
                ratios.append(ours / theirs)
    return f"{median(ratios):.2f}" if ratios else "-"


def _values(rounds: Sequence[Round], name: str, figure: Figure) -> list[float]:
    return [value for one in rounds if name in one and (value := figure(one[name])) is not None]


def number(value: float) -> str:
    """Three digits that count."""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, readable as plain text too."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    lines = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in [head, *rows]]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
