"""The button and the tokens (API reference, section 4). One press, one window of two minutes, one token."""

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tracker.gateway.codes import ReturnCode
from tracker.simulator.refusals import Refused

WINDOW = timedelta(seconds=120)
DEFAULT_NAME = "default"
NAME = re.compile(r"[A-Za-z0-9]{1,32}")
BEARER = re.compile(r"Bearer +(\S+)")


@dataclass(frozen=True, slots=True)
class Token:
    """A token that was given out. Only its digest is kept, as the value is never shown again."""

    digest: str
    name: str
    created: datetime
    last_used: datetime | None = None
    address: str | None = None


def new_value() -> str:
    """48 random hexadecimal digits."""
    return secrets.token_hex(24)


def read_authorization(header: str) -> str:
    """The token in `Bearer <token>`. Raises Refused (-1 malformed)."""
    match = BEARER.fullmatch(header.strip())
    if match is None:
        raise Refused(ReturnCode.MALFORMED_AUTHORIZATION)
    return match[1]


class Access:
    """Who may talk to the gateway."""

    def __init__(self, tokens: list[Token] | None = None) -> None:
        self._tokens = {token.digest: token for token in tokens or ()}
        self._open_until: datetime | None = None
        self.new_value: Callable[[], str] = new_value

    @property
    def tokens(self) -> list[Token]:
        """All of them, oldest first."""
        return list(self._tokens.values())

    def press_button(self, now: datetime) -> None:
        """Open the window; a press while it is open starts the two minutes anew."""
        self._open_until = now + WINDOW

    def close_window(self) -> None:
        """As when the power is cut."""
        self._open_until = None

    def window_left(self, now: datetime) -> timedelta:
        """How long a token can still be fetched; nothing while the window is closed."""
        return max(timedelta(), self._open_until - now) if self._open_until else timedelta()

    def generate(self, name: str | None, now: datetime) -> tuple[Token, str]:
        """A token for whoever asks first after the button, and its value, which uses the window up.

        Raises Refused (-3 closed, -4 name); a wrong name leaves the window open.
        """
        if not self.window_left(now):
            raise Refused(ReturnCode.WINDOW_CLOSED)
        made = self.issue(name, now)
        self._open_until = None
        return made

    def issue(self, name: str | None, now: datetime) -> tuple[Token, str]:
        """A token without the button, for whoever holds one already. Raises Refused (-4 name)."""
        name = DEFAULT_NAME if name is None else name
        if not NAME.fullmatch(name):
            raise Refused(ReturnCode.INVALID_TOKEN_NAME)
        value = self.new_value()
        token = Token(_digest(value), name, now)
        self._tokens[token.digest] = token
        return token, value

    def check(self, value: object, now: datetime, address: str | None) -> Token:
        """The token of this value, noted as used. Raises Refused (-2 unknown)."""
        known = self._tokens.get(_digest(value)) if isinstance(value, str) else None
        if known is None:
            raise Refused(ReturnCode.INVALID_TOKEN)
        self._tokens[known.digest] = replace(known, last_used=now, address=address)
        return known

    def revoke(self, token: Token) -> None:
        """Forget the token."""
        self._tokens.pop(token.digest, None)


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
