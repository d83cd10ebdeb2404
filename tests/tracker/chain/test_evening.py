"""A whole evening of a pub with pucks: what onTap, the gateway and a list kept by hand say at its end is the same."""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

from tests.clients.v2 import V2Board, V2Guest
from tests.faults.proxy import Proxy
from tests.journeys.running import Running
from tests.stack.network import waits_for_its_turn
from tests.tracker.chain.venue import PubVenue, announced, wait_until

ITEMS = {"13": 2}
TABLES = tuple(map(str, range(1, 31)))


@dataclass
class Visit:
    """One order as the list has it: what everybody should see of it now."""

    guest: V2Guest
    order_id: str
    number: int
    table: str
    puck: str | None = None
    state: str = "pending"
    place: str | None = None


@dataclass
class Evening:
    """Guests, staff and pucks; every step waits until the board shows what the list says."""

    venue: PubVenue
    internet: Proxy
    board: V2Board
    dice: random.Random
    guests: dict[str, V2Guest]
    visits: list[Visit] = field(default_factory=list)
    _pucks: Iterator[int] = field(default_factory=lambda: count(1))

    def take_puck(self) -> str:
        """A puck that is on the bar."""
        return str(1 + next(self._pucks) % 99)

    def order(self, *, started: bool = False, to_go: bool = False) -> Visit:
        """With a puck, which has been on the starter or not."""
        table, puck = self.dice.choice(TABLES), self.take_puck()
        guest = self.guests[table]
        if started:
            self.venue.move(puck, "start", type="ON_PREMISE")
        ack = guest.place(ITEMS, tracker_number=puck, to_go=to_go)
        visit = Visit(guest, ack.order_id, ack.order_number, table, puck)
        self.visits.append(visit)
        return self.see(visit)

    def accept(self, visit: Visit) -> None:
        self.board.accept(self.board.wait_state(visit.order_id, "pending"))
        visit.state = "accepted"
        wait_until(f"puck {visit.puck} is at the gateway", lambda: self.venue.order_of(visit.puck or ""))
        # A start that is planned late, or still under way, would be done for a puck that was cleared meanwhile.
        self.venue.ask(
            "from tracker import stepping",
            "under_way = GatewayCommand.objects.filter(answered=False, finished_at=None)",
            "wait_for(lambda: not stepping.behind([1]) and not under_way.exists())",
        )

    def sit(self, visit: Visit, place: str | None = None) -> None:
        visit.place = place or self.dice.choice(TABLES)
        self.venue.move(visit.puck or "", "locate", tag=visit.place)
        self.see(visit)

    def give_back(self, visit: Visit) -> None:
        """Onto the clearer."""
        self.venue.move(visit.puck or "", "clear")
        if visit.state == "pending":
            visit.puck = visit.place = None
        else:
            visit.state = "completed"
        self.see(visit)

    def done(self, visit: Visit) -> None:
        """Staff say so, and the gateway forgets the puck."""
        self.board.complete(self.board.wait_state(visit.order_id, visit.state))
        visit.state = "completed"
        self.see(visit)
        if visit.puck is not None:
            puck = visit.puck
            wait_until(f"puck {puck} is cleared", lambda: self.venue.order_of(puck) is None)

    def refuse(self, visit: Visit) -> None:
        self.board.reject(self.board.wait_state(visit.order_id, "pending"), "Sold out.")
        visit.state = "rejected"
        self.see(visit)

    def see(self, visit: Visit) -> Visit:
        """What the list says is on the board and on the guest's phone."""
        for socket in (self.board, visit.guest):
            wait_until(f"{visit} is seen", lambda socket=socket: seen(socket, visit) == wanted(visit))  # type: ignore[misc]
        return visit


def wanted(visit: Visit) -> tuple[object, ...]:
    return visit.state, visit.puck, visit.place, visit.place not in (None, visit.table)


def seen(socket: V2Board | V2Guest, visit: Visit) -> tuple[object, ...] | None:
    order = socket.state.orders.get(visit.order_id)
    if order is None:
        return None
    keys = ("state", "tracker_number", "located_table", "location_mismatch")
    return tuple(order.body[key] for key in keys)


def plain(pub: Evening) -> None:
    visit = pub.order()
    pub.accept(visit)
    pub.sit(visit, visit.table)
    pub.give_back(visit)


def moved_by_the_guest(pub: Evening) -> None:
    visit = pub.order(started=True)
    pub.sit(visit)
    pub.accept(visit)
    pub.sit(visit)
    pub.give_back(visit)


def completed_by_staff(pub: Evening) -> None:
    visit = pub.order(started=True)
    pub.accept(visit)
    pub.sit(visit)
    pub.done(visit)


def back_too_early(pub: Evening) -> None:
    visit = pub.order(started=True)
    pub.sit(visit)
    pub.give_back(visit)
    pub.board.accept(pub.board.wait_state(visit.order_id, "pending"))
    visit.state = "accepted"
    pub.done(visit)


def refused(pub: Evening) -> None:
    pub.refuse(pub.order())


def swapped(pub: Evening) -> None:
    one, other = pub.order(started=True), pub.order(started=True)
    for visit in (one, other):
        pub.accept(visit)
    pub.sit(one, other.table)
    pub.sit(other, one.table)
    pub.board.act("trackorder", order_id=one.order_id, tracker_number=other.puck, taken="swap")
    one.puck, other.puck = other.puck, one.puck
    one.place, other.place = other.place, one.place
    for visit in (one, other):
        pub.see(visit)
        pub.give_back(visit)


def taken_away(pub: Evening) -> None:
    """The starter has made it eat in; its puck shakes all the same."""
    visit = pub.order(started=True, to_go=True)
    pub.accept(visit)
    pub.board.ready(pub.board.wait_state(visit.order_id, "accepted"))
    visit.state = "ready"
    wait_until(f"puck {visit.puck} shakes", lambda: (pub.venue.order_of(visit.puck or "") or {}).get("paged"))
    pub.done(visit)


def moved_by_staff(pub: Evening) -> None:
    """Somebody has typed in another guest's number; staff give each their own."""
    first, second = pub.order(started=True), pub.order(started=True)
    right = second.puck
    pub.board.act("trackorder", order_id=first.order_id, tracker_number=right)
    assert pub.board.next_error().code == "puck_taken"
    pub.board.act("trackorder", order_id=first.order_id, tracker_number=right, taken="move")
    left, first.puck, second.puck = first.puck, right, None
    pub.see(first)
    pub.board.act("trackorder", order_id=second.order_id, tracker_number=left)
    second.puck = left
    for visit in (first, second):
        pub.see(visit)
        pub.accept(visit)
        pub.sit(visit)
        pub.give_back(visit)


def agent_away(pub: Evening) -> None:
    """What moved meanwhile is known when it is back; what came back is complete."""
    stays, leaves = pub.order(started=True), pub.order(started=True)
    for visit in (stays, leaves):
        pub.accept(visit)
    pub.venue.agent.kill()
    pub.venue.move(stays.puck or "", "locate", tag="11")
    pub.venue.move(leaves.puck or "", "clear")
    pub.venue.agent.start()
    stays.place, leaves.state = "11", "completed"
    for visit in (stays, leaves):
        pub.see(visit)
    pub.give_back(stays)


def without_internet(pub: Evening) -> None:
    """Guests order on, by the phones' own network, and staff accept; pucks go their ways unseen."""
    stays, leaves = pub.order(started=True), pub.order(started=True)
    for visit in (stays, leaves):
        pub.accept(visit)
    pub.internet.down()
    pub.venue.gateway.control("/clock", {"advance_s": 3600})
    for place in ("3", "4", "5"):
        pub.venue.move(stays.puck or "", "locate", tag=place)
    pub.venue.move(leaves.puck or "", "clear")
    late = pub.order()
    pub.board.accept(pub.board.wait_state(late.order_id, "pending"))
    late.state = "accepted"
    pub.see(late)
    assert pub.venue.order_of(late.puck or "") is None
    pub.internet.heal()
    stays.place, leaves.state = "5", "completed"
    for visit in (stays, leaves):
        pub.see(visit)
    wait_until("the late one is started", lambda: pub.venue.order_of(late.puck or ""))
    pub.sit(late)
    for visit in (stays, late):
        pub.give_back(visit)


def gateway_at_another_address(pub: Evening) -> None:
    visit = pub.order(started=True)
    pub.accept(visit)
    gateway = pub.venue.gateway
    gateway.ready["port"] = gateway.control("/move")["port"]
    pub.venue.agent.wait_for(f"The gateway is at 127.0.0.1:{gateway.ready['port']} now.", 60)
    pub.sit(visit)
    pub.give_back(visit)


def gateway_without_power(pub: Evening) -> None:
    visit = pub.order(started=True)
    pub.accept(visit)
    pub.venue.gateway.kill()
    pub.venue.gateway.start()
    wait_until("the gateway is back", lambda: pub.venue.order_of(visit.puck or ""))
    pub.sit(visit)
    pub.give_back(visit)


STORIES: tuple[Callable[[Evening], None], ...] = (
    plain,
    moved_by_the_guest,
    completed_by_staff,
    back_too_early,
    refused,
    swapped,
    taken_away,
    moved_by_staff,
)
ONCE = (agent_away, without_internet, gateway_at_another_address, gateway_without_power)


@pytest.fixture
def pub(running: Running, own_network: None, tmp_path: Path) -> Iterator[Evening]:
    """Thirty tables with tags, a gateway that is found by its name, and the agent's own way to the internet."""
    with ExitStack() as stack:
        internet = stack.enter_context(Proxy(("127.0.0.1", running.web.port)))
        gateway = stack.enter_context(announced(tmp_path, "bar")).start()
        venue = PubVenue(running, tmp_path, gateway=gateway, search=True, server=f"http://127.0.0.1:{internet.port}")
        stack.enter_context(venue)
        venue.pair()
        venue.ask(
            f"[Table.objects.update_or_create(venue_id=1, number=n, defaults={{'tag_number': n}})[1] for n in {TABLES}]"
        )
        board = stack.enter_context(V2Board(running.device_socket(1)))
        board.open_orders()
        guests = {table: stack.enter_context(V2Guest(running.table_socket(1, table))) for table in TABLES}
        for guest in guests.values():
            guest.open_orders()
        yield Evening(venue, internet, board, random.Random(7), guests)


@waits_for_its_turn
def test_at_the_end_of_an_evening_all_three_say_the_same(pub: Evening, trials: bool) -> None:
    most = 200 if trials else 40
    for once in ONCE:
        pub.dice.choice(STORIES)(pub)
        once(pub)
    while len(pub.visits) < most:
        pub.dice.choice(STORIES)(pub)
    rows, tracked = pub.venue.ask(
        "from orders.models import Order",
        "from tracker.models import TrackedOrder",
        "wait_for(lambda: not TrackedOrder.objects.filter(cleared_at=None).exists())",  # the last is told in a moment
        "orders = Order.objects.order_by('placed_at')",
        "wheres = orders.values_list('state', 'tracker_number', 'located_table', 'location_mismatch')",
        "[list(wheres), list(TrackedOrder.objects.values_list('uuid', 'name', 'tag', 'order__number'))]",
    )
    assert rows == [list(wanted(visit)) for visit in pub.visits]
    assert pub.venue.gateway.state()["orders"] == []
    log = history(pub.venue)
    assert sorted(log) == sorted((key, name, tag) for key, name, tag, _ in tracked)
    with_pucks = {visit.number for visit in pub.visits if visit.state == "completed" and visit.puck is not None}
    assert {number for *_, number in tracked if number is not None} >= with_pucks


def history(venue: PubVenue) -> list[tuple[str, str, str]]:
    """The gateway's own log: uuid, puck and last place of every order that it had."""
    gateway = venue.gateway
    gateway.token = venue.known_gateway.paired.token.reveal()
    found: list[tuple[str, str, str]] = []
    while True:
        page = gateway.call("GET", f"/orders?limit=100&offset={len(found)}").json()["items"]
        found += [(order["uuid"], order["name"], order["locationName"] or "") for order in page]
        if len(page) < 100:
            return found
