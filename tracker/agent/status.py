"""What the agent says: one status line for a person at the terminal, one JSON object a line for a journal.

The journal is stderr. At a terminal the same is said in words, above the status line.
"""

import json
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

from tracker.gateway.token import Token
from tracker.gateway.tolerant import text_of

_LONGEST = 500


class Status:
    """Says things once: the same words about the same thing in a row are said at the first time only."""

    def __init__(self, out: TextIO = sys.stdout, journal: TextIO = sys.stderr) -> None:
        self._out, self._journal = out, journal
        self._at_terminal = out.isatty()
        self._shown = ""
        self._said: dict[str, str] = {}
        self._secrets: list[Token] = []

    def hide(self, secret: Token) -> None:
        """From now on this secret is not said, whoever tries."""
        self._secrets = [*self._secrets[-10:], secret]

    def say(self, event: str, message: str, *, level: str = "info", once: bool = False, **fields: Any) -> None:
        """A word for programs, a sentence for people; `once` until something else is said of the same event."""
        if once and self._said.get(event) == message:
            return
        self._said[event] = message
        now = datetime.now(UTC)
        if self._at_terminal:
            more = "".join(f" ({value})" for value in fields.values() if value)
            self._print(f"{now.astimezone():%H:%M:%S}  {self._clean(message + more)}")
        if not (self._at_terminal and self._journal.isatty()):
            entry = {"at": now.isoformat(timespec="milliseconds"), "level": level, "event": event, "message": message}
            self._write(self._journal, self._clean(json.dumps(entry | fields, default=str)) + "\n")

    def show(self, line: str) -> None:
        """The status line, in place of the one before; nowhere but at a terminal."""
        line = self._clean(line)
        if self._at_terminal and line != self._shown:
            self._shown = line
            self._write(self._out, f"\r\x1b[K{line[:119]}")

    def end(self) -> None:
        if self._at_terminal and self._shown:
            self._write(self._out, "\n")

    def _print(self, text: str) -> None:
        self._write(self._out, f"\r\x1b[K{text}\n{self._shown[:119]}")

    def _clean(self, text: str) -> str:
        """Without secrets, and without what a stranger's name could do to a terminal."""
        for secret in self._secrets:
            text = secret.scrub(text)
        return text_of(text, _LONGEST)

    @staticmethod
    def _write(stream: TextIO, text: str) -> None:
        try:
            stream.write(text)
            stream.flush()
        except (OSError, ValueError):
            pass  # a full disk or a closed terminal must not end what the pub needs
