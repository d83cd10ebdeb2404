"""Why something could not be told."""


class NotTold(Exception):
    """`permanent`: to try again would change nothing."""

    permanent = False

    def __init__(self, words: str) -> None:
        super().__init__(words[:200])


class NotReached(NotTold):
    """No answer, or one that says: later."""


class Refused(NotTold):
    permanent = True


class ForbiddenAddress(NotTold):
    """An address within our own walls: whoever may name a webhook must not reach what only we can reach."""

    permanent = True
