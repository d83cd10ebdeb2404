"""The demo's manager of venue 1 in the admin, by HTTP: what they are shown, and what they answer."""

import re
from html import unescape

from tests.journeys.browser import Browser
from tests.journeys.running import Running
from tests.tracker.chain.venue import wait_until

NAME = "lamplighter-manager"
AGENTS, GATEWAYS = "/admin/tracker/edgeagent/", "/admin/tracker/gateway/"


class Manager:
    """Logged in."""

    def __init__(self, running: Running) -> None:
        self._browser = Browser(running.web.port)
        password = running.logins[NAME]["password"]
        answer = self._browser.submit("/admin/login/", "/admin/login/", username=NAME, password=password)
        assert answer.status == 302, answer.body

    @property
    def health(self) -> str:
        """The words of the list of agents, where their health stands."""
        return self._words(AGENTS)

    @property
    def offered(self) -> dict[str, str]:
        """The answers that the gateway's page offers for its agent, and what each sends."""
        page = self._page(self._gateway) if self._gateway else ""
        options = re.findall(r'<option value="([^"]*)"[^>]*>([^<]+)', page)
        return {unescape(label): unescape(value) for value, label in options}

    def wait_health(self, words: str) -> None:
        wait_until(f"the admin says “{words}”", lambda: words in self.health)

    def wait_offered(self, *words: str) -> None:
        """Return once each of these stands in an answer."""
        wait_until(
            f"the admin offers {words}", lambda: all(any(one in label for label in self.offered) for one in words)
        )

    def answer(self, words: str) -> None:
        """Send the one answer with these words."""
        self.wait_offered(words)
        assert self._sent(words)

    def choose(self, name: str) -> None:
        """Have the agent use the gateway of this name, where it sees several: as often as they change meanwhile."""
        wait_until(f"{name} is chosen", lambda: self._asks_for_the_button_of(name) or self._sent(f"Use {name} at "))

    def _asks_for_the_button_of(self, name: str) -> bool:
        return "Press the gateway's button now" in self.health and name in self._words(GATEWAYS)

    def _sent(self, words: str) -> bool:
        """Whether the one answer with these words was there, and was taken."""
        values = [value for label, value in self.offered.items() if words in label]
        if len(values) != 1:
            return False
        return self._browser.submit(self._gateway, self._gateway, answer=values[0]).status == 302

    @property
    def _gateway(self) -> str:
        """The page of the one gateway they see; "" while there is none."""
        found = re.search(rf"{GATEWAYS}\d+/change/", self._page(GATEWAYS))
        return "" if found is None else found[0]

    def _words(self, path: str) -> str:
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self._page(path))).split())

    def _page(self, path: str) -> str:
        answer = self._browser.get(path)
        assert answer.status == 200, answer.body
        return answer.body
