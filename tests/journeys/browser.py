"""A browser as far as access needs one: pages, forms and cookies."""

import http.client
import json
import re
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.stack.ports import LOOPBACK


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Browser:
    """Keeps cookies, whatever they say of https, and follows no redirects."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    @property
    def origin(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def ask(self, method: str, path: str, body: str = "", source: str = LOOPBACK, **headers: str) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(http.client.HTTPConnection(LOOPBACK, self.port, timeout=10, source_address=(source, 0))) as line:
            line.request(method, path, body or None, {"Cookie": self.cookie} | sent)
            response = line.getresponse()
            answer = Answer(response.status, response.headers, response.read().decode())
        for one in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = one.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def submit(self, page: str, path: str, **fields: str) -> Answer:
        """Fill in a form that stands on `page`."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(page).body)
        assert token is not None
        form = urlencode({"csrfmiddlewaretoken": token[1], **fields})
        return self.ask("POST", path, form, Content_Type="application/x-www-form-urlencoded")
