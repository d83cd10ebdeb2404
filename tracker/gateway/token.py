"""A gateway's access token, which hides itself."""

import hmac
import re
from collections.abc import Generator
from typing import NoReturn

import httpx

# Documented are 48 hex digits (API reference, 4). Whatever else a gateway makes must at least fit into a header.
_TOKEN = re.compile(r"[\x21-\x7e]{8,512}")


class Token:
    """A secret that shows itself only to `reveal()`: not in repr, str, a format, a log, an error or a pickle."""

    __slots__ = ("__secret", "__weakref__")

    def __init__(self, secret: str) -> None:
        """Raises ValueError, without the secret, where this can be no token."""
        if not _TOKEN.fullmatch(secret):
            raise ValueError("a token is 8 to 512 visible ASCII characters")
        self.__secret = secret

    def reveal(self) -> str:
        return self.__secret

    def scrub(self, text: str) -> str:
        """The text without the secret, should a gateway have echoed it."""
        return text.replace(self.__secret, "[token]")

    def __repr__(self) -> str:
        return "Token([hidden])"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Token) and hmac.compare_digest(self.__secret, other.__secret)

    def __hash__(self) -> int:
        return hash(self.__secret)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a token is not pickled: it goes into its own file, 0600, or nowhere")


class BearerAuth(httpx.Auth):
    """Puts the token into the header of a request at the last moment, so that no dict of ours ever holds it."""

    def __init__(self, token: Token) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        yield request
