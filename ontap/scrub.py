"""Takes the secrets out of addresses before anything is logged.

The seed's clients know nothing but an address, so three kinds of address hold a secret: `/t/<table code>`,
`/k/<device key>` and `/s/<member token>`; people are invited by a fourth,
`/i/<token>/`. See "Secrets in addresses" in the design.
"""

import logging
import re
from urllib.parse import unquote

HIDDEN = "…"
DOORS = frozenset("tksi")
# Between the door and the secret a careless client may leave these; they are no secret.
NO_SEGMENT = frozenset(("", ".", ".."))

_SLASH = re.compile(r"(/|%2f)", re.IGNORECASE)
_QUERY_MARK = re.compile(r"(/|%2f|[?&;=])", re.IGNORECASE)
# Only from the start of a name: else each letter of a long address is tried as one, which takes seconds.
_PAIR = re.compile(r"(?<![^/?&;=\s])([^/?&;=\s]+)=([^&;\s]+)")
_SECRET_NAME = re.compile(r"code|key|token", re.IGNORECASE)
_SMALL_NUMBER = re.compile(r"\d{1,5}")  # "code=1009" in a log is a close code; our secrets are longer
_WORD = re.compile(r"[^\s\"'<>]+")
# A request's body as an error quotes it. Short values are words of the protocol, as in "code": "sold_out".
_QUOTED_PAIR = re.compile(r"""(["'][^"']*(?:code|key|token)["']\s*:\s*b?["'])([^"']{16,})""", re.IGNORECASE)


def scrub_path(path: str) -> str:
    """The path, with or without its query, with "…" in the place of each secret.

    Letters and slashes may be percent-encoded: `/%6b%2Fsecret` leads to the same door as `/k/secret`.
    """
    place, mark, query = path.partition("?")
    opened = _hide_behind_doors(_SLASH.split(place)) + mark + _hide_behind_doors(_QUERY_MARK.split(query))
    return _PAIR.sub(_hide_value, opened)


def scrub_text(text: str) -> str:
    """Any text for people, with the secrets taken out of every address and every `key=...` in it."""
    return _WORD.sub(lambda word: scrub_path(word[0]), _QUOTED_PAIR.sub(rf"\1{HIDDEN}", text))


class ScrubFilter(logging.Filter):
    """Rewrites a record in place so that whatever a handler prints of it holds no secret. It lets every record pass.

    To be put on handlers: a filter on a logger does not see what its children log. The traceback is kept as text only
    (`exc_text`), because a formatter that walks the frames by itself would bring the secrets back.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):  # arguments that do not fit; logging itself would print them bare
            message = f"{record.msg} {record.args!r}"
        record.msg, record.args = scrub_text(message), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = scrub_text(record.exc_text)
        record.exc_info = None
        if record.stack_info:
            record.stack_info = scrub_text(record.stack_info)
        return True


def _hide_behind_doors(parts: list[str]) -> str:
    """Texts at even places, what parted them at odd ones, joined again without what follows a door."""
    behind_door = False
    for at in range(0, len(parts), 2):
        name = unquote(parts[at])
        if behind_door and name in NO_SEGMENT:
            continue
        if behind_door:
            parts[at] = HIDDEN
        behind_door = name.lower() in DOORS and at + 1 < len(parts) and _SLASH.fullmatch(parts[at + 1]) is not None
    return "".join(parts)


def _hide_value(pair: re.Match[str]) -> str:
    name, value = pair[1], pair[2]
    secret = _SECRET_NAME.search(unquote(name)) and not _SMALL_NUMBER.fullmatch(value)
    return f"{name}={HIDDEN}" if secret else pair[0]
