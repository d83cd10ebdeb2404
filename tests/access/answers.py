"""What an answer says to somebody who compares it with another one, byte for byte."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.messages import get_messages

# New with each answer, whoever asks for what.
_NEW_EACH_TIME = re.compile(r'name="(?:csrfmiddlewaretoken|key|since)" value="[^"]*"|data-now="\d+"')
_HEADERS = frozenset({"Date", "Content-Length", "Set-Cookie", "Expires", "Last-Modified"})


def names(answer: Any, name: str) -> bool:
    """Whether a page says this name; a form's random token may hold three letters of it."""
    text = _NEW_EACH_TIME.sub("", answer.content.decode())
    return re.search(rf"\b{name}\b", text) is not None


def in_short(answer: Any) -> str:
    """Its status, and where it leads: "200", "302 /login/"."""
    leads_to = urlsplit(answer.headers.get("Location", "")).path
    return f"{answer.status_code} {leads_to}".strip()


def bytes_of(answer: Any, *, instead: Iterable[tuple[Any, Any]] = ()) -> tuple[Any, ...]:
    """Status, headers, names of cookies, body and what the next page will say; with other ids where it is said.

    `instead` are pairs (id that was asked for, id to read in its place). Give those of the thing that is not there:
    no other number on the page is like them.
    """

    def plain(text: str) -> str:
        for old, new in instead:
            text = text.replace(str(old), str(new))
        return text

    headers = sorted((name, plain(value)) for name, value in answer.headers.items() if name not in _HEADERS)
    body = b"" if answer.streaming else answer.content
    said = [plain(str(message)) for message in get_messages(answer.wsgi_request)]
    text = _NEW_EACH_TIME.sub("", plain(body.decode("utf-8", "backslashreplace")))
    cookies = sorted(answer.cookies.keys() - {settings.SESSION_COOKIE_NAME})  # a login is prolonged now and then
    return answer.status_code, headers, cookies, text, said
