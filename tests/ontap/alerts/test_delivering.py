"""What is sent arrives, signed, once an attempt; what cannot be sent is tried again or given up, in words."""

import contextlib
import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from pytest_django.fixtures import Settings

from ontap import tasks
from ontap.alerts import webhook
from ontap.alerts.delivering import LEASE, MOST_ATTEMPTS, deliver, deliveries_due, plan_test, wait_after
from ontap.alerts.errors import ForbiddenAddress, NotReached
from ontap.alerts.models import Alert, AlertDelivery, AlertTarget
from ontap.alerts.signing import secret_of, signature
from ontap.mail_address import parse_mail_server
from tests.factories import make_venue, now_ms
from tests.stack.receivers import MailServer, Receiver, mail_server, web_receiver

pytestmark = pytest.mark.django_db
DOCS = Path(django_settings.BASE_DIR) / "docs" / "operations.md"


@pytest.fixture(scope="module")
def web() -> Iterator[Receiver]:
    with web_receiver() as receiver:
        yield receiver


@pytest.fixture
def receiver(web: Receiver, settings: Settings) -> Receiver:
    settings.EMBEDDED = True  # it lives on loopback, which production does not post to
    web.posted.clear()
    web.answers.clear()
    return web


@pytest.fixture
def hook(receiver: Receiver) -> AlertTarget:
    return AlertTarget.objects.create(operator=make_venue().operator, way="webhook", address=receiver.address)


def planned(target: AlertTarget, event: str = "opened") -> AlertDelivery:
    now = now_ms()
    venue = make_venue(target.operator, name="The Änchor", timezone="Europe/London")
    alert = Alert.objects.create(
        venue=venue, kind="agent_silent", what="Silent.", todo="Look.", since=now, opened_at=now
    )
    return AlertDelivery.objects.create(target=target, alert=alert, event=event, planned_at=now, next_try_at=now)


def outcome(row: AlertDelivery) -> tuple[str, str]:
    row.refresh_from_db()
    return row.state, row.detail


def test_a_webhook_gets_the_alert_once_however_often_the_task_runs(receiver: Receiver, hook: AlertTarget) -> None:
    row = planned(hook)
    for _ in range(3):
        tasks.deliver(str(row.pk))
    [posted] = receiver.posted
    told = json.loads(posted.body)
    assert (told["version"], told["id"], told["event"]) == (1, str(row.pk), "alert.opened")
    assert told["alert"]["id"] == row.alert_id
    assert told["alert"]["venue"] == {"id": row.alert.venue_id, "name": "The Änchor"}  # type: ignore[union-attr]
    assert posted.headers["OnTap-Delivery"] == f"{row.pk}/1"
    assert outcome(row) == ("done", "Answered 204.")


def test_the_program_in_the_docs_takes_what_is_ours_and_nothing_else(receiver: Receiver, hook: AlertTarget) -> None:
    [example] = re.findall(r"```python\n(import hashlib.*?)```", DOCS.read_text(), re.DOTALL)
    deliver(planned(hook).pk, now_ms())
    [posted] = receiver.posted
    secret, header = secret_of(hook.pk, 1), posted.headers["OnTap-Signature"]
    old = signature(secret, posted.body, int(time.time()) - 600)
    cases = [
        (secret, header, posted.body, True),
        (secret_of(hook.pk, 2), header, posted.body, False),
        (secret, header, posted.body + b" ", False),
        (secret, old, posted.body, False),
        (secret, "", posted.body, False),
    ]
    asked = "\n".join(f"assert is_ours({body!r}, {header!r}, {key!r}) is {good}" for key, header, body, good in cases)
    subprocess.run([sys.executable, "-c", f"{example}\n{asked}"], check=True)


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_receiver_in_trouble_is_tried_again_later_under_the_same_id(
    receiver: Receiver, hook: AlertTarget, status: int
) -> None:
    row, now = planned(hook), now_ms()
    receiver.answers = [status]
    deliver(row.pk, now)
    assert outcome(row) == ("failed", f"Answered {status}.")
    assert deliveries_due(now) == []
    later = now + timedelta(minutes=1)
    assert deliveries_due(later) == [row.pk]
    deliver(row.pk, later)
    assert outcome(row)[0] == "done"
    assert [json.loads(posted.body)["id"] for posted in receiver.posted] == [str(row.pk)] * 2
    assert [posted.headers["OnTap-Delivery"] for posted in receiver.posted] == [f"{row.pk}/1", f"{row.pk}/2"]


@pytest.mark.parametrize("status", [302, 404, 410])
def test_a_redirect_or_a_no_is_not_asked_twice(receiver: Receiver, hook: AlertTarget, status: int) -> None:
    row = planned(hook)
    receiver.answers = [status]
    deliver(row.pk, now_ms())
    assert outcome(row)[0] == "dead"
    assert len(receiver.posted) == 1


def test_nobody_there_is_given_up_after_some_tries(hook: AlertTarget) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        AlertTarget.objects.update(address=f"http://127.0.0.1:{free.getsockname()[1]}/")
        row, now = planned(hook), now_ms()
        for attempt in range(1, MOST_ATTEMPTS + 1):
            assert deliver(row.pk, now)
            now += wait_after(attempt) * 2
    assert outcome(row) == ("dead", "Not reached: ConnectionRefusedError.")
    assert not deliver(row.pk, now)


def test_waits_double_with_jitter_up_to_an_hour() -> None:
    assert len({wait_after(3) for _ in range(5)}) > 1
    assert all(30 <= wait_after(3).total_seconds() <= 50 for _ in range(50))
    assert wait_after(40) <= timedelta(minutes=75)


def test_what_a_dead_worker_held_is_tried_again_after_its_lease(receiver: Receiver, hook: AlertTarget) -> None:
    row, now = planned(hook), now_ms()
    AlertDelivery.objects.update(state="sending", attempts=1, lease_until=now + LEASE)
    assert not deliver(row.pk, now)
    assert deliver(row.pk, now + LEASE * 2)
    assert len(receiver.posted) == 1


def test_a_receiver_that_drips_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT_S", 0.5)
    over = threading.Event()

    def drip() -> None:
        accepted, _ = server.accept()
        with accepted, contextlib.suppress(OSError):
            while not over.wait(0.1):
                accepted.sendall(b"H")  # each byte within the time that a socket has for one

    with socket.create_server(("127.0.0.1", 0)) as server:
        dripping = threading.Thread(target=drip)
        dripping.start()
        began = time.monotonic()
        with pytest.raises(NotReached):
            webhook.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {}, private=True)
        took = time.monotonic() - began
        over.set()
        dripping.join()
    assert took < 4


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://10.0.0.7/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://[::1]/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://2130706433/",
        "https://somebody@example.com/",
        "file:///etc/passwd",
    ],
)
def test_production_posts_to_nothing_of_our_own_network(address: str) -> None:
    with pytest.raises(ForbiddenAddress):
        webhook.post(address, b"{}", {}, private=False)


@pytest.mark.parametrize("ip", ["9.9.9.9", "2620:fe::fe"])
def test_anybody_elses_address_is_public(ip: str) -> None:
    assert webhook.is_public(ip)


def test_a_mail_is_sent_by_the_server_that_is_named(settings: Settings) -> None:
    with mail_server() as server:
        _use(settings, server)
        target = AlertTarget.objects.create(operator=make_venue().operator, way="mail", address="olga@example.com")
        rows = [planned(target), plan_test(target, now_ms())]
        for row in rows:
            deliver(row.pk, now_ms())
        server.unknown.add("olga@example.com")
        refused = plan_test(target, now_ms())
        deliver(refused.pk, now_ms())
    assert [outcome(row)[0] for row in rows] == ["done", "done"]
    assert "Silent.\nLook.\nSince" in server.mails[0].replace("\r", "")
    assert "Subject: onTap: a test" in server.mails[1]
    assert "From: alerts@example.com" in server.mails[1]
    assert outcome(refused) == ("dead", "The mail server answered 550.")


def test_without_a_mail_server_nothing_is_said_to_be_sent(settings: Settings) -> None:
    settings.ONTAP_EMAIL_URL = ""
    target = AlertTarget.objects.create(operator=make_venue().operator, way="mail", address="olga@example.com")
    row = plan_test(target, now_ms())
    deliver(row.pk, now_ms())
    assert outcome(row) == ("dead", "This installation sends no mail: ONTAP_EMAIL_URL is not set.")


def test_a_mail_servers_address_says_how_it_is_reached() -> None:
    server = parse_mail_server("smtp+tls://me%40example.com:s%2Fecret@mail.example.com?from=alerts@example.com")
    assert (server.host, server.port, server.user, server.password) == (
        "mail.example.com",
        587,
        "me@example.com",
        "s/ecret",
    )
    assert (server.starttls, server.tls, server.sender) == (True, False, "alerts@example.com")
    assert "s/ecret" not in repr(server)


@pytest.mark.parametrize("address", ["mail.example.com", "http://mail.example.com?from=a@b", "smtp://mail.example.com"])
def test_what_is_no_mail_server_is_said_in_words(address: str) -> None:
    with pytest.raises(ValueError, match=r"take smtp|names no sender"):
        parse_mail_server(address)


def _use(settings: Any, server: MailServer) -> None:
    """As `ontap.settings` reads it."""
    settings.ONTAP_EMAIL_URL = f"smtp://127.0.0.1:{server.port}?from=alerts@example.com"
    read = parse_mail_server(settings.ONTAP_EMAIL_URL)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.DEFAULT_FROM_EMAIL = read.host, read.port, read.sender
