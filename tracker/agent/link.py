"""The agent's side of one connection to the platform, without the socket. Pure: texts, numbers and the time come in."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from tracker import wire
from tracker.agent.spool import Held

MOST_ON_THE_WAY = 500  # events that were sent and not acknowledged


class AnotherVenue(Exception):
    """The platform takes this agent for another venue's."""


class AnotherVersion(Exception):
    """The platform speaks another version."""


class SpoolIsOld(Exception):
    """The platform has seen more events of this spool than are in it: it is a copy from earlier."""


@dataclass(frozen=True, slots=True)
class Welcomed:
    """From here on there is work. `gap`: events are missing between what the platform has and what we have."""

    gap: bool


@dataclass(frozen=True, slots=True)
class Forget:
    """Events up to this number are safe with the platform."""

    number: int


@dataclass(frozen=True, slots=True)
class Refuse:
    """A command that cannot be carried out by anybody, and why."""

    result: wire.Result


@dataclass(frozen=True, slots=True)
class Strange:
    """A message that was passed over, and why; nothing of its values is in it."""

    why: str


Got = Welcomed | Forget | Refuse | Strange | wire.Command | wire.Kept | wire.Choose | wire.Ask


@dataclass(frozen=True, slots=True)
class Ears:
    """Who takes what the platform says."""

    command: Callable[[wire.Command, bool], None]
    choose: Callable[[wire.Choose], None]
    kept: Callable[[int], None]
    snapshot_wanted: Callable[[], None]
    news: Callable[[], wire.GatewayNews]


class Link:
    """From the open socket to its end. `now` is seconds of a monotonic clock throughout."""

    def __init__(self, venue: str, held: Held, ack_within: float) -> None:
        self.welcomed = False
        self._venue, self._held, self._ack_within = venue, held, ack_within
        self._acked = self._sent = 0
        self._progress_at = 0.0

    def hello(self, agent_version: str, host: str) -> wire.Hello:
        held = self._held
        return wire.Hello(
            agent_version=agent_version, host=host[:200], spool=held.spool, first=held.first, last=held.last
        )

    def received(self, text: str | bytes, last: int, now: float) -> Got | None:
        """What a message means; `last` is the spool's newest number. Raises this module's errors.

        Before the welcome nothing else counts: a command could be for another venue's gateway.
        """
        if isinstance(text, bytes):
            return Strange("a binary message")
        try:
            message = wire.from_platform(text)
        except wire.WireError as error:
            number = _number_of_command(text)
            if number is None or not self.welcomed:
                return Strange(str(error))
            return Refuse(wire.Result(command=number, outcome="refused", detail=f"not understood: {error}"[:200]))
        if isinstance(message, wire.Welcome):
            return self._welcome(message, last, now)
        if not self.welcomed:
            return Strange("a message before the welcome")
        if isinstance(message, wire.Ack):
            return self._ack(message.spool, message.number, last, now)
        if isinstance(message, wire.Command) and message.venue not in ("", self._venue):
            return Refuse(wire.Result(command=message.id, outcome="refused", detail="it is for another venue"))
        return message

    def next_after(self, last: int, now: float) -> int | None:
        """The number behind which to send more events, or None for the moment."""
        if not self.welcomed:
            return None
        if self._sent > self._acked and now - self._progress_at >= self._ack_within:
            self._sent = self._acked  # once more: the platform takes a repeat for what it is
        if self._sent >= last or self._sent - self._acked >= MOST_ON_THE_WAY:
            return None
        return self._sent

    def sent(self, up_to: int, now: float) -> None:
        if self._sent == self._acked:
            self._progress_at = now
        self._sent = up_to

    def _welcome(self, welcome: wire.Welcome, last: int, now: float) -> Got:
        if welcome.version != wire.VERSION:
            raise AnotherVersion
        if welcome.venue != self._venue:
            raise AnotherVenue
        if welcome.acked > last:
            raise SpoolIsOld
        if self.welcomed:
            return Strange("a second welcome")
        self.welcomed = True
        self._acked = self._sent = max(welcome.acked, self._held.first - 1)
        self._progress_at = now
        return Welcomed(gap=self._held.first > welcome.acked + 1)

    def _ack(self, spool: uuid.UUID, number: int, last: int, now: float) -> Got:
        if spool != self._held.spool:
            return Strange("an acknowledgement of another spool")
        if number > last:
            return Strange("an acknowledgement of what was never sent")
        if number > self._acked:
            self._acked, self._sent, self._progress_at = number, max(self._sent, number), now
        return Forget(self._acked)


def _number_of_command(text: str) -> int | None:
    """The id of what is a command and yet none of version 1: an unknown verb, say. The sender must not repeat it."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict) or message.get("kind") != "command":
        return None
    number = message.get("id")
    return number if type(number) is int and 0 <= number < 2**53 else None
