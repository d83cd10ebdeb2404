"""Pings: who does not answer one in time is cut off."""

from collections import deque

from ontap.server_frames import PING
from ontap.server_protocol import TableSocket

AT_ONCE = 200  # after a restart all clients return together, and would be pinged together for ever


class Pings:
    """Of sockets that are pinged alike, in seconds.

    Times only ever grow by the same amount, so that a queue is in order without a heap, or a timer per socket.
    """

    def __init__(self, interval: float, timeout: float) -> None:
        self.interval, self.timeout = interval, timeout
        self._to_ping: deque[tuple[float, TableSocket]] = deque()
        self._to_answer: deque[tuple[float, float, TableSocket]] = deque()

    def watch(self, client: TableSocket, now: float) -> None:
        """Ping the socket from now on."""
        self._to_ping.append((now + self.interval, client))

    def cut_silent(self, now: float) -> None:
        """Cut off whoever has not answered."""
        while self._to_answer and self._to_answer[0][0] <= now:
            _, pinged_at, client = self._to_answer.popleft()
            # While its inbox is full we do not read, so we would not have seen the answer.
            if client.state == client.STATE_OPEN and client.heard_at < pinged_at and not client.inbox.full:
                client.cut_off("does not answer pings")

    def ping(self, now: float) -> bool:
        """Ping those whose time has come, some at a time; whether there may be more."""
        for _ in range(AT_ONCE):
            if not self._to_ping or self._to_ping[0][0] > now:
                return False
            client = self._to_ping.popleft()[1]
            if client.state == client.STATE_OPEN:
                client.sendData(PING)
                self._to_ping.append((now + self.interval, client))
                self._to_answer.append((now + self.timeout, now, client))
        return True
