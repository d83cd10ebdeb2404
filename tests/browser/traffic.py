"""What a page asked for, as Chromium itself counts it: `Traffic(page)`, before the page goes anywhere."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import CDPSession, Page

SETTLES_S = 15


@dataclass
class Asked:
    """One request. `wire` is in bytes, headers among them, and 0 for what the browser had already."""

    path: str
    kind: str
    status: int = 0
    kept: bool = False
    wire: int = 0


@dataclass
class Traffic:
    page: Page
    done: list[Asked] = field(default_factory=list)
    under_way: dict[str, Asked] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.line: CDPSession = self.page.context.new_cdp_session(self.page)
        self.line.on("Network.requestWillBeSent", self._begins)
        self.line.on("Network.responseReceived", self._answered)
        self.line.on("Network.loadingFinished", self._ends)
        self.line.on("Network.loadingFailed", self._ends)
        self.line.send("Network.enable")

    def slow_down(self, kilobits: int, round_trip_ms: int) -> None:
        """What a phone far from the mast has, both ways."""
        rate = kilobits * 1000 / 8
        bounds = {"latency": round_trip_ms, "downloadThroughput": rate, "uploadThroughput": rate}
        self.line.send("Network.emulateNetworkConditions", {"offline": False, **bounds})

    def settle(self) -> list[Asked]:
        """All requests so far, once none is under way."""
        self.page.wait_for_load_state("load")
        for _ in range(SETTLES_S * 20):
            self.page.wait_for_timeout(50)  # lets Playwright hand on what it has heard
            if not self.under_way:
                return self.done
        raise AssertionError(f"still under way: {[one.path for one in self.under_way.values()]}")

    def of(self, kind: str) -> list[Asked]:
        return [one for one in self.done if one.kind == kind]

    @property
    def bytes(self) -> int:
        return sum(one.wire for one in self.done)

    @property
    def by_kind(self) -> dict[str, int]:
        """Bytes by what they are for."""
        sums: dict[str, int] = defaultdict(int)
        for one in self.done:
            sums[one.kind] += one.wire
        return dict(sums)

    def forget(self) -> None:
        """What comes now is counted anew."""
        self.done.clear()

    def _begins(self, event: dict[str, Any]) -> None:
        path = urlsplit(event["request"]["url"]).path
        # Preloads of data have no kind of their own here.
        kind = "Menu" if path.startswith("/api/") else event["type"]
        self.under_way[event["requestId"]] = Asked(path, kind)

    def _answered(self, event: dict[str, Any]) -> None:
        asked = self.under_way.get(event["requestId"])
        if asked is not None:
            response = event["response"]
            asked.status = response["status"]
            asked.kept = bool(response.get("fromDiskCache") or response.get("fromServiceWorker"))

    def _ends(self, event: dict[str, Any]) -> None:
        asked = self.under_way.pop(event["requestId"], None)
        if asked is not None:
            asked.wire = int(event.get("encodedDataLength", 0))
            self.done.append(asked)
