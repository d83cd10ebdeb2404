"""Many phones at once, on real sockets: over the last ones of a product, and over a price that is being changed."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from itertools import cycle, islice

import pytest

from tests.clients.v2 import Answered, V2Guest
from tests.clients.v2_frames import Ack, ErrorFrame
from tests.journeys.office import Office
from tests.journeys.process import Web
from tests.journeys.running import Running

LAST_TEN, ALE = "6", "13"
SUPPER, BITTER = "33", "1"
CHOSEN = """
groups = OptionGroup.objects.filter(product_links__product=meal)
answer = [str((g.options.filter(product=part).first() or g.options.first()).pk) for g in groups]"""
NOT_COUNTED = "VenueProduct.objects.filter(venue_id=1, product_id=product).delete()"
STOCK = "VenueProduct.objects.update_or_create(venue_id=1, product_id=product, defaults={'stock': stock})"
LEFT = "answer = VenueProduct.objects.get(venue_id=1, product_id=product).stock"
SOLD = (
    "from orders.models import OrderLine\n"
    "answer = sum(OrderLine.objects.filter(order__venue_id=1, product_id=product).values_list('quantity', flat=True))"
)
PRICE = "row = Product.objects.get(pk=product); row.price = price; row.save(update_fields=['price'])"
TOTALS = (
    "answer = [[str(o.total), *(str(line.unit_price) for line in o.lines.all())]"
    " for o in Order.objects.filter(venue_id=1, client_order_id__in=keys)]"
)


@pytest.fixture(scope="module")
def office(running: Running) -> Iterator[Office]:
    with closing(Office(running)) as office:
        yield office


@pytest.fixture(scope="module")
def webs(running: Running, column: str) -> list[Web]:
    """Where there may be several web processes, two: each has a writer of its own."""
    if column == "production" and len(running.webs) == 1:
        running.add_web()
        running.wait_ready()
    return running.webs


@pytest.fixture
def phones(webs: list[Web], running: Running, trials: bool) -> Iterator[list[V2Guest]]:
    """At all tables, half of them at each process."""
    with ExitStack() as stack:
        seats = islice(zip(cycle(webs), cycle(range(1, 25)), strict=False), 200 if trials else 30)
        path = [(web, running.table_socket(1, str(table)).removeprefix(running.ws)) for web, table in seats]
        yield [stack.enter_context(V2Guest(f"{web.ws}{address}")) for web, address in path]


def answer_to(phone: V2Guest, key: str, seconds: float) -> Ack | ErrorFrame:
    try:
        return phone.ack(key, seconds)
    except Answered as answered:
        return answered.error


def race(phones: list[V2Guest], items: Mapping[str, int], name: str) -> dict[str, Ack | ErrorFrame]:
    """Every phone orders before any waits; the answer to each key."""
    keys = [f"{name}-{number}" for number in range(len(phones))]
    for phone, key in zip(phones, keys, strict=True):
        phone.order(items, client_order_id=key)
    return {key: answer_to(phone, key, 60) for phone, key in zip(phones, keys, strict=True)}


def test_of_many_phones_that_race_for_ten_exactly_ten_get_one(office: Office, phones: list[V2Guest]) -> None:
    office(STOCK, product=LAST_TEN, stock=10)
    before = office(SOLD, product=LAST_TEN)
    answers = race(phones, {LAST_TEN: 1}, "ten")
    refused = Counter(answer.code for answer in answers.values() if isinstance(answer, ErrorFrame))
    assert refused == {"sold_out": len(phones) - 10}
    assert office(SOLD, product=LAST_TEN) - before == 10
    assert office(LEFT, product=LAST_TEN) == 0


def test_the_last_ten_are_sold_once_whether_alone_or_in_a_meal(office: Office, phones: list[V2Guest]) -> None:
    office(STOCK, product=BITTER, stock=10)
    meal = {"product_id": SUPPER, "quantity": 1, "options": office(CHOSEN, meal=SUPPER, part=BITTER)}
    keys = [f"meal-{number}" for number in range(len(phones))]
    for number, (phone, key) in enumerate(zip(phones, keys, strict=True)):
        phone.order(lines=[meal if number % 2 else {"product_id": BITTER, "quantity": 1}], client_order_id=key)
    answers = [answer_to(phone, key, 60) for phone, key in zip(phones, keys, strict=True)]
    refused = Counter(answer.code for answer in answers if isinstance(answer, ErrorFrame))
    assert refused == {"sold_out": len(phones) - 10}
    assert office(LEFT, product=BITTER) == 0
    office(NOT_COUNTED, product=BITTER)


def test_an_order_has_one_price_whole_while_the_price_is_changed(office: Office, phones: list[V2Guest]) -> None:
    """Whichever holds at its moment: never one for the line and another for the total."""
    old = office("answer = str(Product.objects.get(pk=product).price)", product=ALE)
    keys: list[str] = []
    for number, price in enumerate(["9.90", old, "8.80"]):
        some = phones[number % 3 :: 3]
        names = [f"price-{number}-{one}" for one in range(len(some))]
        for phone, key in zip(some, names, strict=True):
            phone.order({ALE: 2}, client_order_id=key)
        office(PRICE, product=ALE, price=price)
        answers = [answer_to(phone, key, 60) for phone, key in zip(some, names, strict=True)]
        assert all(isinstance(answer, Ack) for answer in answers), answers
        keys += names
    rows = office(TOTALS, keys=keys)
    assert len(rows) == len(keys)
    doubled = {"9.90": "19.80", "8.80": "17.60", old: f"{2 * float(old):.2f}"}
    assert all(total == doubled[price] for total, price in rows), rows
    office(PRICE, product=ALE, price=old)
