"""The names of the moments at which a fault may strike, and what stands for them in a stream of bytes."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class Direction(Enum):
    TO_BACKEND = "to backend"
    TO_CLIENT = "to client"


class Moment(Enum):
    BEGIN = "BEGIN"
    INSERT = "INSERT"
    UPDATE = "UPDATE"
    COMMIT_SENT = "COMMIT sent"
    COMMIT_ANSWERED = "COMMIT answered"


class Edge(Enum):
    """Whether the message of a moment is about to pass or has passed."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A moment found in a stream; `table` is the bare name that an INSERT or UPDATE writes to."""

    moment: Moment
    edge: Edge
    table: str | None = None


class WireUnreadable(Exception):
    """The stream is not what the recogniser knows (encrypted, or another protocol): no moment can be promised."""


class Wire(Protocol):
    """A recogniser of one connection: gives back the bytes unchanged, with sightings between them."""

    def feed(self, direction: Direction, data: bytes) -> Iterator[bytes | Sighting]: ...
