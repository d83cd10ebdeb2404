"""Pairing by the gateway's button, as a state machine without a clock of its own. Pure.

A press opens a window of two minutes in which one token is given (quickstart; API reference, 4). Whether nobody pressed
the button, the window is over, or somebody else took the token, the gateway answers with the same -3: what tells them
apart is when the person said that it was pressed. `now` is seconds of a monotonic clock throughout.
"""

from dataclasses import dataclass, replace
from enum import Enum

from tracker.gateway.errors import ButtonNotPressed, GatewayError
from tracker.gateway.token import Token

WINDOW_S = 120.0
GIVE_UP_S = 130.0  # after a manager's action; nobody polls in the background for ever
POLL_EVERY_S = 2.5
REFUSALS_OF_A_TAKEN_WINDOW = 3  # one may have crossed the press, two a slow gateway


class Outcome(Enum):
    NOT_PRESSED_YET = "Press the gateway's button now."
    WINDOW_TAKEN = "The button was pressed, and the token went elsewhere: press it again."
    PAIRED = "Paired."
    EXPIRED = "Nobody pressed the button in time: begin again."
    FAILED = "The gateway cannot be paired."

    @property
    def is_final(self) -> bool:
        return self in (Outcome.PAIRED, Outcome.EXPIRED, Outcome.FAILED)


@dataclass(frozen=True, slots=True)
class Pairing:
    """One attempt. Every method gives the attempt as it is after it; `outcome` is what to tell the person.

    `token` is there once it is PAIRED: write it to disk before you say so, the gateway shows it never again. `error` is
    the last failure that was not about the button, and why it FAILED. `answer_lost`: the token that went elsewhere may
    be our own, on an answer that never came.
    """

    began_at: float
    poll_at: float
    outcome: Outcome = Outcome.NOT_PRESSED_YET
    token: Token | None = None
    error: GatewayError | None = None
    answer_lost: bool = False
    _pressed_at: float | None = None
    _refusals: int = 0

    @classmethod
    def begin(cls, now: float) -> "Pairing":
        """A manager's action: poll from now on."""
        return cls(began_at=now, poll_at=now)

    @property
    def ends_at(self) -> float:
        return self.began_at + GIVE_UP_S

    def at(self, now: float) -> "Pairing":
        """The attempt as the time alone makes it."""
        if self.outcome.is_final or now < self.ends_at:
            return self
        return replace(self, outcome=Outcome.EXPIRED)

    def is_due(self, now: float) -> bool:
        """Whether to ask the gateway for a token now."""
        return not self.at(now).outcome.is_final and now >= self.poll_at

    def pressed(self, now: float) -> "Pairing":
        """The person says that the button was just pressed: a new window, and the next refusals mean something."""
        if self.outcome.is_final:
            return self
        return replace(
            self, outcome=Outcome.NOT_PRESSED_YET, poll_at=now, answer_lost=False, _pressed_at=now, _refusals=0
        )

    def granted(self, token: Token) -> "Pairing":
        """A token came. It counts even after the time was over: another would cost another press."""
        if self.token is not None:
            return self
        return replace(self, outcome=Outcome.PAIRED, token=token, error=None)

    def refused(self, error: GatewayError, *, asked_at: float, now: float) -> "Pairing":
        """The poll of `asked_at` ended with this error at `now`."""
        if self.outcome.is_final:
            return self
        after = replace(self, poll_at=now + POLL_EVERY_S)
        if not isinstance(error, ButtonNotPressed):
            return after._troubled(error).at(now)
        in_window = self._pressed_at is not None and self._pressed_at <= asked_at < self._pressed_at + WINDOW_S
        refusals = self._refusals + 1 if in_window else self._refusals
        taken = refusals >= REFUSALS_OF_A_TAKEN_WINDOW or (in_window and self.answer_lost)
        return replace(
            after, error=None, _refusals=refusals, outcome=Outcome.WINDOW_TAKEN if taken else self.outcome
        ).at(now)

    def _troubled(self, error: GatewayError) -> "Pairing":
        if error.permanent:
            return replace(self, outcome=Outcome.FAILED, error=error)
        return replace(self, error=error, answer_lost=self.answer_lost or error.perhaps_done)
