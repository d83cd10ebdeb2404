"""What a gateway keeps when the power is cut: one JSON file, whole at every moment."""

import fcntl
import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tracker.simulator.access import Access, Token
from tracker.simulator.book import OrderBook
from tracker.simulator.gateway import Gateway
from tracker.simulator.orders import Order
from tracker.simulator.radio import Radio, Repeater
from tracker.simulator.room import Room
from tracker.simulator.settings import Settings


class DataUnusable(Exception):
    """The data file cannot be read, written or had for ourselves; the message says what to do."""


class Memory(BaseModel):
    """The file's content. Of tokens it holds digests only; faults end with the process."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    serial: Annotated[str, Field(pattern="^[0-9a-f]{6}$")]
    moved: timedelta = timedelta()
    room: Room
    inventory: list[str]
    settings: Settings
    tokens: list[Token]
    active: list[Order]
    past: list[Order]
    repeaters: list[Repeater]
    repeaters_given: int
    activated: bool
    webhooks: list[str]


def remember(gateway: Gateway, moved: timedelta) -> Memory:
    """What to keep of the gateway, and by how much its clock was moved."""
    return Memory(
        serial=gateway.serial,
        moved=moved,
        room=gateway.room,
        inventory=sorted(gateway.inventory),
        settings=gateway.settings,
        tokens=gateway.access.tokens,
        active=list(gateway.book.active.values()),
        past=gateway.book.past,
        repeaters=gateway.radio.repeaters,
        repeaters_given=gateway.radio.given,
        activated=gateway.activated,
        webhooks=gateway.webhooks,
    )


def revive(memory: Memory) -> Gateway:
    """The gateway as it was, after a restart: no window is open, nobody is connected."""
    return Gateway(
        room=memory.room,
        access=Access(memory.tokens),
        book=OrderBook(memory.active, memory.past),
        settings=memory.settings,
        radio=Radio(memory.repeaters, given=memory.repeaters_given),
        inventory=set(memory.inventory),
        activated=memory.activated,
        webhooks=memory.webhooks,
        serial=memory.serial,
    )


class Storage:
    """The file at `path`, held for one process by a lock beside it. Raises DataUnusable."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DataUnusable(f"{path} cannot be used: {error.strerror}.") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            raise DataUnusable(f"Another simulator uses {path}: end it, or give another --data.") from error

    def load(self) -> Memory | None:
        """What was kept, or None where nothing was yet. Raises DataUnusable; a file that is not ours is left alone."""
        try:
            return Memory.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DataUnusable(f"{self.path} cannot be read: {error.strerror}.") from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the file"
            raise DataUnusable(
                f"{self.path} holds no state of a simulator ({where}: {first['msg']})."
                " Move it away, or give another --data."
            ) from error

    def save(self, memory: Memory) -> None:
        """Keep it. Returns once it is on the disk; a kill at any moment leaves this state or the one before.

        Raises DataUnusable, where the disk is full, say.
        """
        beside = self.path.with_name(f"{self.path.name}.new")
        try:
            beside.unlink(missing_ok=True)
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(memory.model_dump_json().encode())
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)
        except OSError as error:
            raise DataUnusable(f"{self.path} cannot be written: {error.strerror}.") from error

    def close(self) -> None:
        """Let another process have the file."""
        os.close(self._lock)
