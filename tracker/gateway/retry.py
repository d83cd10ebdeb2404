"""What may be asked again after a failure, and after how long (API reference, 13). Pure."""

from collections.abc import Iterator
from enum import Enum, auto
from random import Random

from tracker.gateway.errors import GatewayError

_DELAYS_S = (1.0, 2.0, 5.0, 10.0, 30.0)
_JITTER = 0.25  # of the delay, either way: a power cut must not bring every venue back in the same second


class Call(Enum):
    """How a request behaves when it is made twice."""

    READ = auto()
    PUT_ORDER = auto()
    CLEAR_ORDER = auto()
    PAGE = auto()
    GET_TOKEN = auto()


class Again(Enum):
    """What to do after a failure."""

    NO = auto()
    YES = auto()  # of a clear: OrderNotFound then means that the first one did it
    AFTER_READING = auto()  # read the order by its name first: the lost one may have done it


def may_repeat(call: Call, error: GatewayError) -> Again:
    """Whether a program, without a person, may make the call again after this error.

    A page is never repeated: a second one shakes the puck in a guest's hand for a minute. Nor is the making of a token:
    the lost answer has used the button's window up.
    """
    if error.permanent or call is Call.GET_TOKEN:
        return Again.NO
    if call is Call.PAGE:
        return Again.NO
    if call is Call.PUT_ORDER and error.perhaps_done:
        return Again.AFTER_READING
    return Again.YES


def reconnect_delays(random: Random) -> Iterator[float]:
    """Seconds to wait before each next attempt, for ever: 1, 2, 5, 10, then 30, with jitter."""
    step = 0
    while True:
        delay = _DELAYS_S[min(step, len(_DELAYS_S) - 1)]
        yield delay * random.uniform(1 - _JITTER, 1 + _JITTER)
        step += 1
