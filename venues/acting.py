"""Who is at work in this request, for whatever notes who changed something: history, and the audit log."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, cast

from django.http import HttpRequest

if TYPE_CHECKING:
    from venues.models import User

_now: ContextVar["Acting | None"] = ContextVar("acting", default=None)


class Acting:
    """One request: its person or device, its address, and the id of all that it changes together."""

    def __init__(self, request: HttpRequest | None = None, address: Callable[[HttpRequest], str] | None = None) -> None:
        self._request, self._address = request, address
        self.change = uuid.uuid4()
        self.device = ""

    @property
    def person(self) -> "User | None":
        """Asked when it is wanted and not before: looking at the session is a query."""
        user = getattr(self._request, "user", None)
        return cast("User", user) if user is not None and user.is_authenticated else None

    @property
    def name(self) -> str:
        """A person's username or a device's name; nothing where the house itself is at work."""
        person = self.person
        return person.get_username() if person is not None else self.device

    @property
    def address(self) -> str:
        return self._address(self._request) if self._request is not None and self._address is not None else ""


@contextmanager
def acting_in(request: HttpRequest, address: Callable[[HttpRequest], str]) -> Iterator[None]:
    """Whatever is changed inside was changed by whoever sent this request."""
    token = _now.set(Acting(request, address))
    try:
        yield
    finally:
        _now.reset(token)


def acting() -> Acting:
    """Whoever is at work; outside of a request nobody, each time another nobody."""
    return _now.get() or Acting()


def name_device(name: str) -> None:
    """Say which device asks, where no person is logged in."""
    if (now := _now.get()) is not None:
        now.device = name
