"""What probes are told: 200 or 503, a word on each part, nothing cached and nothing secret."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from channels.layers import BaseChannelLayer
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from ontap import embedded, health
from orders import writer

PARTS = {"ready", "database", "migrations", "writer", "layer"}


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """Set at the end, so that whatever a test has hung goes on."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first look of a process connects and loads; on a busy machine that takes its time."""
    monkeypatch.setattr(health, "LAYER_S", 10.0)
    monkeypatch.setattr(health, "DATABASE_S", 10.0)


def get_ready(client: Client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()


def test_healthz_answers_without_the_database(client: Client) -> None:
    # No django_db mark: a query would fail this test.
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db(transaction=True)
def test_readyz_says_yes_and_a_word_on_each_part(client: Client) -> None:
    status, parts = get_ready(client)
    assert (status, set(parts)) == (200, PARTS)
    assert {parts[name] for name in PARTS - {"ready"}} == {"ok"}


@pytest.mark.django_db(transaction=True)
def test_readyz_is_never_cached(client: Client) -> None:
    assert "no-store" in client.get("/readyz")["Cache-Control"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_are_only_read(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_a_missing_migration_is_named_by_its_app(client: Client) -> None:
    last = MigrationRecorder(connection).migration_qs.filter(app="orders").order_by("-id")[0]
    last.delete()
    try:
        status, parts = get_ready(client)
    finally:
        last.save(force_insert=True)
    assert (status, parts["ready"], parts["migrations"]) == (503, False, "missing in orders")


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_ahead_is_fine(client: Client) -> None:
    MigrationRecorder(connection).record_applied("orders", "9999_of_a_newer_version")
    try:
        assert get_ready(client)[0] == 200
    finally:
        MigrationRecorder(connection).record_unapplied("orders", "9999_of_a_newer_version")


def test_a_database_that_hangs_is_told_within_a_second_and_asked_once(
    client: Client, monkeypatch: pytest.MonkeyPatch, release: threading.Event
) -> None:
    looks: list[float] = []

    def hang() -> dict[str, str]:
        looks.append(time.monotonic())
        release.wait(30)
        return {"database": "ok", "migrations": "ok"}

    monkeypatch.setattr(health, "_read_migrations", hang)
    monkeypatch.setattr(health, "DATABASE_S", 1.0)
    began = time.monotonic()
    answers = [get_ready(client) for _ in range(2)]
    assert time.monotonic() - began < 4
    assert [(status, parts["database"]) for status, parts in answers] == [(503, "no answer within 1 s")] * 2
    assert len(looks) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("trouble", ["its thread has ended", "no answer from the database for 7 s"])
def test_a_writer_in_trouble_takes_no_orders(client: Client, monkeypatch: pytest.MonkeyPatch, trouble: str) -> None:
    monkeypatch.setattr(writer, "_writer", type("Stuck", (), {"trouble": trouble})())
    status, parts = get_ready(client)
    assert (status, parts["writer"]) == (503, trouble)


@pytest.mark.django_db(transaction=True)
def test_a_layer_that_is_away_or_hangs_is_told_but_orders_flow(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    class Away(BaseChannelLayer):  # type: ignore[misc]
        async def group_send(self, group: str, message: dict[str, Any]) -> None:
            raise ConnectionError("redis://:a-secret@host is away")

    monkeypatch.setattr(health, "get_channel_layer", Away)
    status, parts = get_ready(client)
    assert (status, parts["ready"], parts["layer"]) == (200, True, "ConnectionError")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda background: None, "starting"),
        (lambda background: background._note_ready(None), "ok"),
        (lambda background: background.age(61), "no task for 61 s"),
    ],
)
def test_worker_and_beat_count_where_this_process_runs_them(
    client: Client, monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], None], word: str, release: threading.Event
) -> None:
    class Background(embedded.Background):
        def age(self, seconds: float) -> None:
            self._note_ready(None)
            self._last_sign -= seconds

        def _keep(self, run: Callable[[], None]) -> None:
            release.wait(30)

    background = Background()
    for thread in background._threads.values():
        thread.start()
    change(background)
    monkeypatch.setattr(embedded, "_background", background)
    status, parts = get_ready(client)
    assert (status, parts["worker"], parts["beat"]) == (200 if word == "ok" else 503, word, "ok")
