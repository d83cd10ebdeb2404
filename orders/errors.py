"""What can be wrong with a request, in words for the person who made it."""


class OrdersError(Exception):
    """Root of this package's errors. `permanent` says that the same request will fail again."""

    permanent = True


class Refused(OrdersError):
    """A request that is answered by an error frame.

    `code` is a stable word for programs (docs/protocol.md lists them), `field` the key that was wrong.
    """

    def __init__(self, message: str, code: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message, self.code, self.field = message, code, field


class Forbidden(Refused):
    """An action that does not exist, or not for this role: the words of the seed's host."""

    def __init__(self) -> None:
        super().__init__("Forbidden", "forbidden", "action")


class OrderMoved(Refused):
    """A change that lost a race, or came too late: the order is in another state."""

    def __init__(self, state: str) -> None:
        super().__init__(f"This order is already {state}.", "order_moved", "order_id")
        self.state = state


class Unavailable(Refused):
    """The change was surely not committed, because the database did not answer in time."""

    permanent = False

    def __init__(self) -> None:
        super().__init__("Internal server error", "unavailable")


class TooMany(Refused):
    """More than a limit allows; the same request may succeed later."""

    permanent = False
