"""Keeps tokens out of what libraries log.

No library logs what we send. But httpx and httpcore quote the status line and headers of an answer, and a gateway may
have echoed the token there.
"""

import logging
from weakref import WeakValueDictionary

from tracker.gateway.token import Token

_QUOTING = ("httpx", "httpcore.connection", "httpcore.http11")
_tokens: WeakValueDictionary[int, Token] = WeakValueDictionary()  # by identity


class _Scrub(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        text = scrubbed = record.getMessage()
        for token in tuple(_tokens.values()):
            scrubbed = token.scrub(scrubbed)
        if scrubbed != text:
            record.msg, record.args = scrubbed, ()
        return True


_scrub = _Scrub()


def scrub_echoes_of(token: Token) -> None:
    """From now on, and as long as the token lives, no echo of it reaches a log."""
    _tokens[id(token)] = token
    for name in _QUOTING:
        logging.getLogger(name).addFilter(_scrub)  # once is enough: the same filter is not added again
