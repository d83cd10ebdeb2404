"""The small rules: addresses, waits, files, what a stranger's name may do, whose gateway it is."""

import io
import json
import stat
import uuid
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from tracker import wire
from tracker.agent import events
from tracker.agent.backoff import delays
from tracker.agent.finding import chosen_of, moved, sort_out
from tracker.agent.link import AnotherVenue, Forget, Link, Refuse, SpoolIsOld, Strange, Welcomed
from tracker.agent.moments import Moment, elapsed_s
from tracker.agent.neighbours import mac_in
from tracker.agent.platform_socket import meaning
from tracker.agent.server_address import BadServer, read_server
from tracker.agent.snapshots import CONFIRM_S, Snapshots
from tracker.agent.spool import Held
from tracker.agent.standing import described
from tracker.agent.state_files import PLATFORM, Enrolment, KnownGateway, StateFolder, StateUnusable
from tracker.agent.status import Status
from tracker.gateway.address import Address
from tracker.gateway.book import Change, ChangeKind
from tracker.gateway.errors import NotTheSameDevice
from tracker.gateway.orders import ActiveOrder
from tracker.gateway.paired import Device, Paired
from tracker.gateway.sightings import Sighting
from tracker.gateway.token import Token

SECRET = "a-secret-of-forty-eight-digits-that-nobody-may-see"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OURS = Device("bar", "gateway.local")
KNOWN = KnownGateway(Paired(Token(SECRET), Address("10.0.0.5"), OURS), "aa:bb")
HELD = Held(uuid.uuid4(), 3, 5)


@pytest.mark.parametrize(
    "text",
    ["https://ontap.example", "http://127.0.0.1:8080", "http://192.168.1.4", "http://[::1]:80", "http://localhost/"],
)
def test_the_server_is_https_or_near(text: str) -> None:
    assert read_server(text).link.endswith(wire.PATH)


@pytest.mark.parametrize(
    "text",
    [
        "http://ontap.example",
        "http://8.8.8.8",
        "ontap.example",
        "ftp://a",
        "https://u:p@a",
        "https://a/b",
        "https://a:x",
    ],
)
def test_another_server_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BadServer):
        read_server(text)


def test_waits_grow_up_to_a_cap_and_are_never_alike() -> None:
    waits = list(islice(delays(1, 60, Random(1)), 50))
    assert all(0.5 <= wait <= 60 for wait in waits)
    assert max(waits) > 45
    assert len(set(waits)) == 50


def test_elapsed_time_ignores_a_date_that_jumps() -> None:
    began = Moment("a", 10.0, NOW)
    assert elapsed_s(began, Moment("a", 25.0, NOW - timedelta(days=300))) == 15.0
    assert elapsed_s(began, Moment("b", 5.0, NOW + timedelta(seconds=60))) == 60.0
    assert elapsed_s(began, Moment("b", 5.0, NOW - timedelta(days=300))) is None


def test_a_token_is_written_for_its_owner_only_and_never_half(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / "state")
    folder.keep_enrolment(Enrolment("https://a", "v", Token(SECRET)))
    path = folder.path / PLATFORM
    (folder.path / f"{PLATFORM}.new").write_text("what a power cut left")
    folder.keep_enrolment(Enrolment("https://a", "w", Token(SECRET)))
    found = folder.enrolment()
    assert found is not None
    assert (found.venue, found.token.reveal(), stat.S_IMODE(path.stat().st_mode)) == ("w", SECRET, 0o600)
    assert SECRET not in repr(found)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"server": 1}', '{"server": "a", "venue": "b", "token": ""}'])
def test_a_damaged_file_is_told_without_its_content(tmp_path: Path, content: str) -> None:
    folder = StateFolder(tmp_path)
    (tmp_path / PLATFORM).write_text(content)
    with pytest.raises(StateUnusable):
        folder.enrolment()
    assert (tmp_path / folder.set_aside(PLATFORM)).read_text() == content
    assert folder.enrolment() is None


def test_one_folder_is_for_one_agent(tmp_path: Path) -> None:
    first, second = StateFolder(tmp_path), StateFolder(tmp_path)
    first.hold()
    with pytest.raises(StateUnusable):
        second.hold()
    first.release()
    second.hold()
    second.release()


def test_a_gateway_is_ours_by_both_names_and_its_card() -> None:
    here = Sighting(OURS, Address("10.0.0.9"))
    false = Sighting(Device("bar", "evil.local"), Address("10.0.0.66"))
    found = sort_out(KNOWN, [here, false, Sighting(OURS, Address("10.0.0.5"))])
    assert (found.same, found.others) == (here, (false,))
    assert moved(KNOWN, here, "aa:bb").paired.address == here.address
    for sighting, mac in ((here, "cc:dd"), (here, ""), (false, "aa:bb")):
        with pytest.raises(NotTheSameDevice):
            moved(KNOWN, sighting, mac)


def test_two_that_claim_our_names_wait_for_a_person() -> None:
    claims = [Sighting(OURS, Address("10.0.0.9")), Sighting(OURS, Address("10.0.0.66"))]
    assert sort_out(KNOWN, claims).same is None


def test_a_manager_chooses_only_what_is_there() -> None:
    seen = Sighting(OURS, Address("10.0.0.9"))
    assert chosen_of(described(seen), [seen]) == seen
    assert chosen_of(wire.SeenGateway(name="bar", host="gateway.local", address="1.2.3.4:80"), [seen]) is None


def test_the_neighbour_table_gives_the_card() -> None:
    table = "IP address  HW type  Flags  HW address  Mask  Device\n10.0.0.5 0x1 0x2 AA:BB:CC:00:11:22 * eth0\n"
    assert mac_in(table, "10.0.0.5") == "aa:bb:cc:00:11:22"
    assert mac_in(table, "10.0.0.6") == ""


def test_a_command_before_the_welcome_counts_for_nothing() -> None:
    link = Link("v", HELD, 15)
    command = wire.to_text(wire.Command(id=1, verb="page", name="1", not_after_ms=5))
    assert isinstance(link.received(command, 5, 0), Strange)
    assert link.next_after(5, 0) is None
    assert link.received(wire.to_text(wire.Welcome(venue="v", acked=3)), 5, 0) == Welcomed(gap=False)
    assert link.next_after(5, 0) == 3


def test_the_welcome_of_another_venue_or_of_the_future_ends_the_link() -> None:
    with pytest.raises(AnotherVenue):
        Link("v", HELD, 15).received(wire.to_text(wire.Welcome(venue="w", acked=0)), 5, 0)
    with pytest.raises(SpoolIsOld):
        Link("v", HELD, 15).received(wire.to_text(wire.Welcome(venue="v", acked=6)), 5, 0)


def test_what_was_not_acknowledged_is_sent_again_and_a_false_acknowledgement_forgets_nothing() -> None:
    link = Link("v", HELD, 15)
    assert link.received(wire.to_text(wire.Welcome(venue="v", acked=0)), 5, 0) == Welcomed(gap=True)
    link.sent(5, 0)
    assert (link.next_after(5, 14), link.next_after(5, 15)) == (None, 2)
    assert isinstance(link.received(wire.to_text(wire.Ack(spool=HELD.spool, number=9)), 5, 16), Strange)
    assert isinstance(link.received(wire.to_text(wire.Ack(spool=uuid.uuid4(), number=4)), 5, 16), Strange)
    assert link.received(wire.to_text(wire.Ack(spool=HELD.spool, number=4)), 5, 16) == Forget(4)


@pytest.mark.parametrize("text", ["", "[]", '{"kind": "dance"}', '{"kind": "command", "id": "7"}', "{" * 5000])
def test_nonsense_is_passed_over(text: str) -> None:
    link = Link("v", HELD, 15)
    link.received(wire.to_text(wire.Welcome(venue="v", acked=5)), 5, 0)
    assert isinstance(link.received(text, 5, 0), Strange)


def test_a_command_that_nobody_knows_is_refused_by_its_number() -> None:
    link = Link("v", HELD, 15)
    link.received(wire.to_text(wire.Welcome(venue="v", acked=5)), 5, 0)
    got = link.received('{"kind": "command", "id": 7, "verb": "explode", "name": "1", "not_after_ms": 1}', 5, 0)
    assert isinstance(got, Refuse)
    assert (got.result.command, got.result.outcome) == (7, "refused")


def test_no_name_of_a_stranger_reaches_the_terminal_and_no_secret_the_journal() -> None:
    journal = io.StringIO()
    status = Status(io.StringIO(), journal)
    status.hide(Token(SECRET))
    status.say("gateway", f"\x1b[2J is called {SECRET}", why=SECRET)
    entry = json.loads(journal.getvalue())
    assert SECRET not in journal.getvalue()
    assert entry["message"].endswith("is called [token]")


def test_an_order_that_is_missing_once_is_no_event() -> None:
    order = ActiveOrder(uuid.uuid4(), "12", extra={"battery": "x" * 5000})
    changes = [Change(ChangeKind.VANISHED, order, order), Change(ChangeKind.CLEARED, order, order)]
    (event,) = events.of_changes(changes)
    assert json.loads(event)["type"] == "cleared"
    assert len(event) < 500


def test_more_orders_than_fit_say_nothing_of_those_absent() -> None:
    orders = [ActiveOrder(uuid.uuid4(), str(n)) for n in range(events.MOST_ORDERS + 1)]
    assert {json.loads(event)["type"] for event in events.of_snapshot(orders)} == {"modified"}
    assert len(events.of_snapshot(orders[:-1])) == 1


def test_a_snapshot_is_told_after_a_second_look() -> None:
    snapshots = Snapshots()
    snapshots.begin(0.0)
    assert not snapshots.looked(1.0)
    assert snapshots.looked(CONFIRM_S)
    assert not snapshots.looked(CONFIRM_S + 60)
    snapshots.look_again(100.0)
    assert not snapshots.looked(100.0 + CONFIRM_S)  # it was for the book, not for the platform


def test_a_loss_is_told_in_words() -> None:
    assert "in time" in meaning(TimeoutError()).words
    assert meaning(OSError()).long is False
