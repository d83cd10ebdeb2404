"""Names of a venue's own for orders without a puck: numbers that stand on the runners' screens and that no puck has."""

from collections.abc import Container


def next_name(first: int, last: int, given_last: int, taken: Container[str]) -> int | None:
    """The number after the one given last that nobody has, round and round from `first` to `last`; None where all are
    taken.

    Round, because a runner remembers: a number that has just been free is the one that is mistaken for the old order.
    """
    span = last - first + 1
    after = given_last if first <= given_last <= last else last
    numbers = (first + (after - first + step) % span for step in range(1, span + 1))
    return next((number for number in numbers if str(number) not in taken), None)
