"""The keys of the terminal, without the terminal: what was typed becomes a wish."""

from dataclasses import dataclass

from tracker.simulator.orders import ON_PREMISE, TO_GO

HELP = """Keys: b  press the button          22s  puck 22 on the dine-in starter   22l7 Enter  puck 22 on tag 7
      q  end                       22t  puck 22 on the to-go starter     22c         puck 22 on the clearer
      ?  these keys                Escape forgets what was typed"""
STARTERS = {"s": ON_PREMISE, "t": TO_GO}
LONGEST = 6


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants: `verb` is button, start, locate, clear, help or quit."""

    verb: str
    puck: str = ""
    order_type: str = ""
    tag: str = ""


class Keys:
    """Collects digits until a letter says what is to be done with them."""

    def __init__(self) -> None:
        self._digits = ""
        self._puck = ""  # of a locate that waits for its tag

    @property
    def typed(self) -> str:
        """What was typed and waits, for the prompt."""
        return f"{self._puck}l{self._digits}" if self._puck else self._digits

    def press(self, key: str) -> Wish | None:
        """The wish that is complete with this key, or None. A key without meaning is passed over."""
        if key in "0123456789" and key:
            self._digits = (self._digits + key)[-LONGEST:]
            return None
        digits, puck = self._digits, self._puck
        if key == "l" and digits and not puck:
            self._puck, self._digits = digits, ""
            return None
        if puck:
            wish = Wish("locate", puck, tag=digits) if key in "\r\n" and digits else None
        elif digits:
            wish = self._with_puck(key, digits)
        else:
            wish = {"b": Wish("button"), "?": Wish("help"), "q": Wish("quit")}.get(key)
        if wish is not None or key == "\x1b":
            self._digits = self._puck = ""
        return wish

    def _with_puck(self, key: str, puck: str) -> Wish | None:
        if key in STARTERS:
            return Wish("start", puck, STARTERS[key])
        return Wish("clear", puck) if key == "c" else None
