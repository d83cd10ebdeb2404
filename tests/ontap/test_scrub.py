"""No secret of an address passes the scrubbing, whatever stands around it; nothing else is lost."""

import io
import logging
import string
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontap.scrub import ScrubFilter, scrub_path, scrub_text

SECRET = "q7Zc-Wm3_tQ2ux.9GfK1dRb0YvTn"
SECRETS = st.text(string.ascii_letters + string.digits + "-_.~", min_size=16, max_size=60).map(lambda text: "x" + text)


def everything_encoded(text: str) -> str:
    return "".join(f"%{ord(letter):02x}" for letter in text)


@pytest.mark.parametrize(
    ("path", "scrubbed"),
    [
        (f"/k/{SECRET}/Test?venue_id=1", "/k/…/Test?venue_id=1"),
        (f"/t/{SECRET}", "/t/…"),
        (f"/i/{SECRET}/", "/i/…/"),
        (f"/s/{SECRET}/ws?venue_id=1&table_number=7", "/s/…/ws?venue_id=1&table_number=7"),
        (f"/s/{SECRET}?v=2", "/s/…?v=2"),
        (f"k/{SECRET}/", "k/…/"),
        (f"//k/{SECRET}", "//k/…"),
        (f"/k//./{SECRET}/Test", "/k//./…/Test"),
        (f"/%6B/{SECRET}/Test", "/%6B/…/Test"),
        (f"/k%2F{SECRET}%2fTest", "/k%2F…%2fTest"),
        (f"http://pub.example/k/{SECRET}/Test", "http://pub.example/k/…/Test"),
        (f"/login?next=/k/{SECRET}/&x=1", "/login?next=/k/…/&x=1"),
        (f"/login?next=%2Ft%2F{SECRET}", "/login?next=%2Ft%2F…"),
        (f"/session?code={SECRET}&table=7", "/session?code=…&table=7"),
        (f"/session?table=7&device_key={SECRET}==", "/session?table=7&device_key=…"),
        (f"/session?member-%54oken={SECRET}", "/session?member-%54oken=…"),
    ],
)
def test_the_segment_behind_a_door_and_the_value_of_a_key_become_an_ellipsis(path: str, scrubbed: str) -> None:
    assert scrub_path(path) == scrubbed


@pytest.mark.parametrize(
    "path",
    ["", "/", "/k", "/k/", "/Test?venue_id=1&table_number=7", "/static/t.css", "/tks/x", "/api/v1/venues/1/menu", "*"],
)
def test_a_path_without_a_secret_stays_as_it_is(path: str) -> None:
    assert scrub_path(path) == path


@given(
    secret=SECRETS,
    door=st.sampled_from(
        ["/t/", "/k/", "/s/", "/i/", "/%74/", "%2fk%2F", "/s//", "?next=/k/", "?code=", "&x_token=", "?a=b;key="]
    ),
    before=st.text(string.ascii_letters + string.digits + "/.-%", max_size=30),
    after=st.sampled_from(["", "/", "/Test", "/Test?venue_id=1", "%2F", "&x=1"]),
    encoded=st.booleans(),
)
def test_no_surrounding_brings_a_secret_through(secret: str, door: str, before: str, after: str, encoded: bool) -> None:
    hidden = everything_encoded(secret) if encoded else secret
    scrubbed = scrub_path(f"{before}{door}{hidden}{after}")
    assert hidden not in scrubbed
    assert quote(secret) not in scrubbed
    assert scrub_path(scrubbed) == scrubbed


def test_text_for_people_keeps_its_words_and_loses_its_secrets() -> None:
    text = f"Not Found: /k/{SECRET}/Test, see 'GET /t/{SECRET}' and {{'code': '{SECRET}'}}; closed with code=1009"
    assert scrub_text(text) == "Not Found: /k/…/Test, see 'GET /t/…' and {'code': '…'}; closed with code=1009"


@pytest.fixture
def log() -> tuple[logging.Logger, io.StringIO]:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(ScrubFilter())
    logger = logging.Logger("venue")
    logger.addHandler(handler)
    return logger, out


def test_a_handler_with_the_filter_prints_no_secret_of_message_arguments_or_traceback(
    log: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, out = log
    try:
        raise ValueError(f"no such table: /t/{SECRET}")
    except ValueError:
        logger.exception("refused %s for %s", f"/k/{SECRET}/Test", {"key": SECRET}, stack_info=True)
    printed = out.getvalue()
    assert SECRET not in printed
    assert "refused /k/…/Test for" in printed
    assert "ValueError: no such table: /t/…" in printed
    assert "Stack (most recent call last)" in printed


def test_a_record_whose_arguments_do_not_fit_is_printed_without_its_secrets(
    log: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, out = log
    logger.error("one place, two values %s", f"/k/{SECRET}", f"/t/{SECRET}")
    assert SECRET not in out.getvalue()
    assert "one place, two values" in out.getvalue()
