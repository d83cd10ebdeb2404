"""A board of plain pages: a browser that holds a device's key, and what it reads."""

import html
import re
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.factories import make_device
from venues.access import DEVICE_COOKIE
from venues.models import Venue


def tablet_of(venue: Venue, name: str = "Bar tablet", **options: Any) -> Client:
    """A browser with a device of this venue."""
    client = Client(**options)
    client.cookies[DEVICE_COOKIE] = make_device(venue, name)[1]
    return client


def words(answer: Any) -> str:
    """What a page says to whoever reads it, without its tags."""
    assert isinstance(answer, HttpResponse)
    text = re.sub(r"(?s)<(script|style|head).*?</\1>", " ", answer.content.decode())
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def hidden(answer: Any, name: str) -> list[str]:
    """The values of a page's hidden fields of this name."""
    found = re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)"', answer.content.decode())
    return [html.unescape(one) for one in found]


def follow(client: Client, address: str, data: Mapping[str, Any]) -> str:
    """What the page says to which a sent form leads."""
    answer = client.post(address, data, follow=True)
    assert answer.status_code == 200, answer.status_code
    return words(answer)
