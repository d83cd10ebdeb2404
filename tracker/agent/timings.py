"""How long the agent waits for what, in one place: seconds throughout."""

from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds. What is sent to a gateway or the platform has its own, shorter limits where it is sent."""

    # The platform
    retry_first: float = 1.0
    retry_most: float = 60.0
    retry_fenced: float = 300.0  # another agent has our place: taking it back at once would be a fight
    ack_within: float = 15.0  # then what was not acknowledged is sent again
    result_again: float = 15.0
    welcome_within: float = 15.0

    # The gateway
    gateway_retry_most: float = 30.0
    poll_connected: float = 20.0  # an open websocket does not tell that our token counts no more
    poll_alone: float = 4.0  # while the websocket is down; the maker's own display asks each 3 s
    offline_after: float = 6.0
    token_again: float = 300.0  # a refused token is tried so often: a gateway may have been restored
    search: float = 5.0  # after the first gateway was seen, for others to be seen too
    too_old_again: float = 300.0

    # Commands
    command_first: float = 1.0
    command_most: float = 5.0
    doubtful: float = 60.0  # after the first welcome of a journal that replaces a lost one

    # What is told when it is asked for
    told_within: float = 60.0  # orders, settings, repeaters
    history_within: float = 1800.0
    history_pause: float = 0.5  # before each page: the gateway is a small box, and has other work
    commands_first: float = 10.0  # so long a page waits at most for commands to be done

    # The disk
    disk_again: float = 2.0

    def times(self, factor: float) -> Self:
        """The same with every wait made longer or shorter."""
        return type(self)(**{field.name: getattr(self, field.name) * factor for field in fields(self)})
