"""A phone that was never here: `with phone(browser) as context`. What its console complains of fails the test."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.browser.pages import SECONDS_TO_APPEAR, watch
from tests.stack.chromium import PHONE

# What Chromium says of a network that a test has cut.
OF_A_CUT = ("net::ERR_INTERNET_DISCONNECTED", "net::ERR_CONNECTION_REFUSED", "WebSocket connection to")


@contextmanager
def phone(browser: Browser, expected: Sequence[str] = ()) -> Iterator[BrowserContext]:
    """A breach of the content policy, a script's error or a file that is not there is not expected."""
    context = browser.new_context(viewport=ViewportSize(width=PHONE[0], height=PHONE[1]))
    context.set_default_timeout(SECONDS_TO_APPEAR * 1000)
    wrong = watch(context)
    try:
        yield context
    finally:
        context.close()
    unexpected = [words for words in wrong if not any(one in words for one in expected)]
    assert not unexpected, unexpected


def wait_until(page: Page, script: str, argument: Any = None) -> None:
    """Return once the script gives something true.

    Playwright's own `wait_for_function` neither waits for promises nor passes our content policy.
    """
    deadline = time.monotonic() + SECONDS_TO_APPEAR
    while not page.evaluate(script, argument):
        assert time.monotonic() < deadline, script
        page.wait_for_timeout(50)
