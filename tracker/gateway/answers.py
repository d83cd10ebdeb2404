"""What a gateway answers over HTTP: bytes and a status to an envelope, or a named error (API reference, 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracker.gateway.errors import BadAnswer, Redirected, ServerFailed, error_for
from tracker.gateway.token import Token
from tracker.gateway.tolerant import integer_of, read_json, text_of


@dataclass(frozen=True, slots=True)
class Answer:
    """A success. `code` is its return code, None where it had none (the quickstart's sample); `body` a stranger's."""

    status: int
    code: int | None
    body: Mapping[str, Any]

    def items(self, key: str = "items") -> list[Any]:
        """The list under a key. Raises BadAnswer where there is none: an empty list is an answer, a missing one not."""
        found = self.body.get(key)
        if not isinstance(found, list):
            raise BadAnswer(f"the answer has no list “{key}”", self.status)
        return found

    def part(self, key: str) -> Mapping[str, Any]:
        """The object under a key. Raises BadAnswer where there is none."""
        found = self.body.get(key)
        if not isinstance(found, Mapping):
            raise BadAnswer(f"the answer has no object “{key}”", self.status)
        return found


def read_answer(status: int, body: bytes, token: Token | None, *, may_be_empty: bool = False) -> Answer:
    """The success in an answer. Raises Refused and its kinds, Redirected, ServerFailed or BadAnswer.

    The HTTP status decides first, then the return code. Bodies of 4xx are read: they say why. `may_be_empty` is for
    commands, where any 2xx is a yes (API reference, 6).
    """
    if 300 <= status < 400:
        raise Redirected(f"it points to another address (HTTP {status}); we did not follow", status)
    code, said = words_of(body, token)
    error = error_for(code, status, said)
    if error is not None:
        if status >= 500 and code is None:
            raise ServerFailed(f"the gateway failed (HTTP {status})", status)
        raise error
    if may_be_empty and not body:
        return Answer(status, code, {})
    try:
        envelope = read_json(body)
    except ValueError:
        raise BadAnswer(f"HTTP {status} with something that is no JSON: is this a gateway?", status) from None
    return Answer(status, code, envelope if isinstance(envelope, Mapping) else {})


def words_of(body: bytes, token: Token | None) -> tuple[int | None, str]:
    """The return code and the cleaned message of a body, as far as there are any; never raises."""
    try:
        envelope = read_json(body)
    except ValueError:
        return None, ""
    if not isinstance(envelope, Mapping):
        return None, ""
    said = text_of(envelope.get("message"))
    return integer_of(envelope.get("returnCode")), said if token is None else token.scrub(said)
