"""The spool loses nothing that was not acknowledged, within its bound, and a broken one harms nobody."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tracker import wire
from tracker.agent.journal import Journal
from tracker.agent.ledger import NAME, Ledger, LedgerFull, check
from tracker.agent.moments import Moment
from tracker.agent.spool import Spool

NOW = Moment("boot", 100.0, datetime(2026, 3, 1, 12, tzinfo=UTC))
BOUND = 12


def body(text: str) -> str:
    return f'{{"type": "created", "order": {{"name": "{text}"}}}}'


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(tmp_path, "venue")
    yield ledger
    ledger.close()


class AnyInterleaving(RuleBasedStateMachine):
    """Against a list of what must be there."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="ontap-spool-"))
        self.expected: list[tuple[int, str]] = []
        self.last = 0
        self.open()

    def open(self) -> None:
        self.ledger = Ledger(self.folder, "venue")
        self.spool = Spool(self.ledger, most_events=BOUND)

    @rule(count=st.integers(1, 5))
    def append(self, count: int) -> None:
        new = [(self.last + n, str(self.last + n)) for n in range(1, count + 1)]
        self.spool.append([body(text) for _, text in new], NOW)
        self.last += count
        self.expected = [*self.expected, *new][-BOUND:]

    @rule(back=st.integers(0, 20))
    def acknowledge(self, back: int) -> None:
        self.spool.forget(self.last - back)
        self.expected = [one for one in self.expected if one[0] > self.last - back]

    @rule()
    def crash_while_writing(self) -> None:
        """What was not committed never was; nothing is closed politely."""
        self.ledger._db.execute("BEGIN IMMEDIATE")
        self.ledger._db.execute("DELETE FROM event")
        copy = Path(tempfile.mkdtemp(prefix="ontap-spool-"))
        for file in self.folder.iterdir():
            if not file.name.endswith("-shm"):
                shutil.copy(file, copy)
        self.ledger.close()
        shutil.rmtree(self.folder)
        self.folder = copy
        self.open()

    @rule()
    def reopen(self) -> None:
        self.ledger.close()
        self.open()

    @invariant()
    def all_is_there_in_order(self) -> None:
        held = self.spool.held()
        assert held.last == self.last
        assert held.first == (self.expected[0][0] if self.expected else self.last + 1)
        found = self.spool.after(held.first - 1, NOW)
        assert [(event.number, (event.order or {})["name"]) for event in found] == self.expected

    def teardown(self) -> None:
        self.ledger.close()
        shutil.rmtree(self.folder)


TestAnyInterleaving = AnyInterleaving.TestCase
TestAnyInterleaving.settings = settings(max_examples=15, stateful_step_count=15)


def test_an_age_counts_through_restarts_and_is_unknown_where_no_clock_can_tell(ledger: Ledger) -> None:
    spool = Spool(ledger)
    spool.append([body("1")], NOW)
    later = Moment("boot", 160.0, NOW.date)  # the date stood still
    jumped_back = Moment("another", 50.0, NOW.date)
    assert spool.after(0, later)[0].age_ms == 60_000
    assert spool.after(0, jumped_back)[0].age_ms > 10**9


def test_a_message_holds_no_more_than_the_wire_allows(ledger: Ledger) -> None:
    spool = Spool(ledger)
    spool.append([body("x" * 30_000)] * 10, NOW)
    batch = spool.after(0, NOW)
    assert len(wire.to_text(wire.Events(spool=ledger.uuid, events=tuple(batch)))) < wire.MOST_BYTES
    assert 1 < len(batch) < 10


def test_bytes_are_bounded_too(ledger: Ledger) -> None:
    spool = Spool(ledger, most_bytes=5_000)
    assert spool.append([body("x" * 1_000)] * 10, NOW) == 6
    assert spool.held().first == 7


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 100])
def test_a_broken_file_is_set_aside_and_not_deleted(tmp_path: Path, damage: bytes) -> None:
    before = Ledger(tmp_path, "venue")
    Spool(before).append([body("1")], NOW)
    old = before.uuid
    before.close()
    (tmp_path / NAME).write_bytes(damage)
    after = Ledger(tmp_path, "venue")
    assert after.uuid != old
    assert Spool(after).held().last == 0
    if damage:
        assert after.replaces
        assert (tmp_path / after.aside).read_bytes() == damage
    after.close()


def test_a_page_in_the_middle_that_was_damaged_is_noticed(tmp_path: Path) -> None:
    before = Ledger(tmp_path, "venue")
    Spool(before).append([body(str(n) * 100) for n in range(500)], NOW)
    before.close()
    with (tmp_path / NAME).open("r+b") as file:
        for page in range(2, 12):
            file.seek(page * 4096)
            file.write(os.urandom(4096))
    assert check(tmp_path / NAME)
    after = Ledger(tmp_path, "venue")
    assert after.aside
    after.close()


def test_the_events_of_another_venue_are_not_sent_to_this_one(tmp_path: Path) -> None:
    before = Ledger(tmp_path, "one")
    Spool(before).append([body("1")], NOW)
    before.close()
    after = Ledger(tmp_path, "two")
    assert (Spool(after).held().last, after.aside != "") == (0, True)
    after.close()


def test_a_full_disk_is_named_and_changes_nothing(ledger: Ledger) -> None:
    spool = Spool(ledger)
    spool.append([body("1")], NOW)
    pages = ledger._db.execute("PRAGMA page_count").fetchone()[0]
    ledger._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LedgerFull):
        spool.append([body("x" * 100_000)], NOW)
    assert spool.held().last == 1
    spool.append([body("2")], NOW)
    assert [event.number for event in spool.after(0, NOW)] == [1, 2]


def test_the_journal_remembers_an_intent_and_its_result(tmp_path: Path) -> None:
    first = Ledger(tmp_path, "venue")
    command = wire.Command(id=7, verb="page", name="12", not_after_ms=1000)
    Journal(first).begin(command, NOW)
    first.close()
    second = Ledger(tmp_path, "venue")
    journal = Journal(second)
    assert [entry.command for entry in journal.unfinished()] == [command]
    journal.finish(wire.Result(command=7, outcome="unknown"))
    assert journal.unfinished() == []
    assert [result.outcome for result in journal.untold()] == ["unknown"]
    journal.keep(7)
    assert journal.untold() == []
    found = journal.find(7)
    assert found is not None
    assert found.kept
    second.close()


def test_an_unreadable_file_is_found_by_the_check(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"x" * 5000)
    assert "not a database" in check(tmp_path / NAME)
    sqlite3.connect(tmp_path / "fine").close()
