"""What is told, in parts that each fit a message. Pure."""

from collections.abc import Iterable
from typing import TypeVar

from pydantic import BaseModel

from tracker import wire

Item = TypeVar("Item", bound=BaseModel)

MOST_BYTES = wire.MOST_BYTES - 8_192  # for the items of a part; the rest is for what is around them


def in_parts(items: Iterable[Item]) -> list[tuple[Item, ...]]:
    """All of them in their order, in as few parts as the wire allows; a single empty one where there are none."""
    parts: list[list[Item]] = [[]]
    room = MOST_BYTES
    for item in items:
        size = len(wire.to_text(item).encode()) + 1
        if parts[-1] and (size > room or len(parts[-1]) == wire.MOST_TOLD):
            parts.append([])
            room = MOST_BYTES
        parts[-1].append(item)
        room -= size
    return [tuple(part) for part in parts]
