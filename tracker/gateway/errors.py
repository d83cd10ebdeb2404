"""What can go wrong with a gateway, in words for the person at the venue.

No error quotes the gateway in its text: what the gateway said is a stranger's data, and is kept apart in `said`.
"""

from tracker.gateway.codes import ReturnCode, known


class GatewayError(Exception):
    """Root of this package's errors.

    `permanent`: the same request will fail again until a person changes something.
    `perhaps_done`: the gateway may have carried the request out although no answer says so.
    """

    permanent = False
    perhaps_done = False


class InvalidRequest(GatewayError):
    """Nothing was sent: the request was not one that the gateway's documents allow."""

    permanent = True


class TokenMissing(InvalidRequest):
    """Nothing was sent: this call wants a token, and there is none for this address."""


class NotTheSameDevice(GatewayError):
    """The token stays here: another device than the one that was paired. Only a person's yes can change that."""

    permanent = True


class Unreachable(GatewayError):
    """No connection: the gateway is off, elsewhere, or not on this network. The request was surely not carried out."""


class NoAnswer(GatewayError):
    """The gateway took the request, and its answer did not come in time or broke off."""

    perhaps_done = True


class ClockIsWrong(GatewayError):
    """The gateway's clock is off by more than any zone, as after a power cut without the internet."""


class BadAnswer(GatewayError):
    """What answered does not speak as a gateway does. `status` is its HTTP status, where it had one."""

    perhaps_done = True

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class AnswerTooLarge(BadAnswer):
    """More than a gateway has to say; the rest was not read."""


class Redirected(BadAnswer):
    """It pointed to another address, where neither we nor the token went. A gateway does not do that."""

    permanent = True
    perhaps_done = False


class ServerFailed(BadAnswer):
    """HTTP 5xx: the gateway is there and in trouble."""


class FirmwareTooOld(BadAnswer):
    """Something answers at the gateway's port, and has no V2 API (API reference, 10)."""

    permanent = True


class TooManyOrders(BadAnswer):
    """More active orders than there are pucks: no gateway, or no sane one."""


class FeedLost(GatewayError):
    """The websocket ended, or never came alive. `authenticated` says whether it had shown us orders before that.

    The close code is not looked at: the gateway's software closes with 1000 whatever the cause (API reference, 8).
    """

    def __init__(self, message: str, *, authenticated: bool) -> None:
        super().__init__(message)
        self.authenticated = authenticated


class Refused(GatewayError):
    """The gateway answered no. `code` is its return code, `status` the HTTP status, `said` its own words, cleaned."""

    permanent = True

    def __init__(self, code: int | None, status: int | None = None, said: str = "") -> None:
        meaning = known(code)
        what = meaning.meaning if meaning else "the gateway refused"
        super().__init__(f"{what} (code {code}, HTTP {status})")
        self.code, self.status, self.said = code, status, said


class RefusedForNow(Refused):
    """The gateway answered no, and may answer yes later: 408, 429 or 5xx without a code that says more."""

    permanent = False
    perhaps_done = True


class TokenUnusable(Refused):
    """The token is refused: pair again by the button. Missing, malformed and unknown are alike (API reference, 4)."""


class ButtonNotPressed(Refused):
    """No token now: the button was not pressed, or its window is over or used up. Ask again."""

    permanent = False


class InvalidTokenName(Refused):
    """A token's name takes letters and digits."""


class EndpointUnavailable(Refused):
    """This gateway does not have that endpoint."""


class OrderNotFound(Refused):
    """There is no such active order: never was, or cleared by now."""


class InvalidOrder(Refused):
    """Name, UUID, type or location of an order is not as the gateway wants it."""


class PagingUnavailable(Refused):
    """The gateway cannot page at this moment."""

    permanent = False


class PagingImpossible(Refused):
    """No tracker is bound to that order: nothing can vibrate."""


class InvalidParameter(Refused):
    """A parameter of the request is not as the gateway wants it."""


class TokenTimeout(Refused):
    """No token came within twenty seconds on the websocket."""

    permanent = False


_BY_CODE: dict[int, type[Refused]] = {
    ReturnCode.MALFORMED_AUTHORIZATION: TokenUnusable,
    ReturnCode.INVALID_TOKEN: TokenUnusable,
    ReturnCode.WINDOW_CLOSED: ButtonNotPressed,
    ReturnCode.INVALID_TOKEN_NAME: InvalidTokenName,
    ReturnCode.ENDPOINT_UNAVAILABLE: EndpointUnavailable,
    ReturnCode.ORDER_NOT_FOUND: OrderNotFound,
    ReturnCode.INVALID_ORDER_ID: InvalidOrder,
    ReturnCode.ORDER_NAME_MISSING: InvalidOrder,
    ReturnCode.INVALID_ORDER_NAME: InvalidOrder,
    ReturnCode.INVALID_LOCATION_NAME: InvalidOrder,
    ReturnCode.ORDER_TYPE_MISSING: InvalidOrder,
    ReturnCode.INVALID_ORDER_TYPE: InvalidOrder,
    ReturnCode.INVALID_ORDER_UUID: InvalidOrder,
    ReturnCode.PAGING_UNAVAILABLE: PagingUnavailable,
    ReturnCode.PAGING_IMPOSSIBLE: PagingImpossible,
    ReturnCode.TOKEN_TIMEOUT: TokenTimeout,
}
_TEMPORARY = (408, 429)


def error_for(code: int | None, status: int | None, said: str = "") -> Refused | None:
    """The named error of an answer's return code and HTTP status, or None where they say success.

    The HTTP status decides first, then the code; a code that nobody knows is an error by its status only.
    """
    failed = status is not None and status >= 400
    if not failed and (code is None or code >= 0):
        return None
    if code is not None and code < 0:
        named = _BY_CODE.get(code) or (InvalidParameter if known(code) else None)
        if named is not None:
            return named(code, status, said)
    if status == 401 or (status == 403 and code is None):
        return TokenUnusable(code, status, said)
    if status in (404, 405) and code is None:
        return EndpointUnavailable(code, status, said)
    if status is not None and (status >= 500 or status in _TEMPORARY):
        return RefusedForNow(code, status, said)
    return Refused(code, status, said)
