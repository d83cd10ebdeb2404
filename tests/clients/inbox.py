"""What came in on one socket and was not yet asked for, in its order."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from time import monotonic
from typing import TypeVar

from tests.clients.strict_json import Unexpected

MOST_WAITING = 100_000

Frame = TypeVar("Frame")
Result = TypeVar("Result")


class NothingArrived(AssertionError):
    """What the test waited for did not come in time; the message names what came instead."""


class SocketClosed(AssertionError):
    """The socket ended while a test waited for a frame."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"closed with {code} {reason}".rstrip())
        self.code = code
        self.reason = reason


class Inbox:
    """Filled by the reading thread, emptied by the test. The first thing that was wrong is raised by every call."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._frames: deque[object] = deque()
        self._failure: BaseException | None = None
        self._closed: SocketClosed | None = None

    def put(self, make: Callable[[], object]) -> None:
        """Adds the frame that `make` returns; what `make` changes is seen whole by `wait`. What it raises is kept, and
        then the socket is of no more use."""
        with self._changed:
            try:
                frame = make()
                if len(self._frames) >= MOST_WAITING:
                    raise Unexpected(f"more than {MOST_WAITING} frames that nobody asks for")
            except Exception as error:  # noqa: BLE001 - raised again by whoever waits
                self._failure = self._failure or error
            else:
                self._frames.append(frame)
            self._changed.notify_all()

    def end(self, closed: SocketClosed) -> None:
        with self._changed:
            self._closed = closed
            self._changed.notify_all()

    @property
    def close_code(self) -> int | None:
        """None while the socket is open."""
        with self._changed:
            return self._closed.code if self._closed else None

    def check(self) -> None:
        """Raises what was wrong so far, if anything was."""
        with self._changed:
            self._raise_failure()

    def wait(self, find: Callable[[], Result | None], timeout: float, what: str) -> Result:
        """The first result of `find` that is not None; it is called under the lock, after each frame."""
        end = monotonic() + timeout
        with self._changed:
            while True:
                self._raise_failure()
                found = find()
                if found is not None:
                    return found
                if self._closed:
                    raise SocketClosed(self._closed.code, f"{self._closed.reason} while waiting for {what}")
                if (left := end - monotonic()) <= 0:
                    raise NothingArrived(f"no {what} within {timeout} s; waiting are {list(self._frames)[:10]}")
                self._changed.wait(left)

    def take(self, kind: type[Frame], timeout: float, where: Callable[[Frame], bool] = lambda _: True) -> Frame:
        """The oldest frame of this kind for which `where` is true."""

        def find() -> Frame | None:
            for place, frame in enumerate(self._frames):
                if isinstance(frame, kind) and where(frame):
                    del self._frames[place]
                    return frame
            return None

        return self.wait(find, timeout, kind.__name__)

    def silence(self, seconds: float, ignore: Sequence[type] = ()) -> None:
        """Returns after `seconds` in which nothing came; also nothing may be waiting from before."""

        def find() -> object | None:
            return next((frame for frame in self._frames if not isinstance(frame, tuple(ignore))), None)

        try:
            frame = self.wait(find, seconds, "silence")
        except NothingArrived:
            return
        raise Unexpected(f"no silence, but {frame}")

    def wait_closed(self, timeout: float) -> int:
        """The close code; 1006 where the socket ended without a close frame."""
        return self.wait(lambda: self._closed, timeout, "close").code

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure
