"""A venue of its own for tests of the guest's page, at a server that runs: its menu, tables, board and manager."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

from tests.clients.v2 import V2Board
from tests.journeys.browser import Browser as Visitor
from tests.journeys.office import Office
from tests.journeys.running import Running

OPEN = """
operator = Operator.objects.create(name=name)
menu = Menu.objects.create(operator=operator, name="Menu")
venue = Venue.objects.create(operator=operator, name=name, menu=menu, takes_to_go=True, **rules)
def section(name, **fields):
    return Category.objects.create(menu=menu, name=name, **fields)
def product(section, name, price, contains=(), free=(), may=(), **fields):
    one = Product.objects.create(category=section, name=name, price=price, **fields)
    for state, names in (("contains", contains), ("may_contain", may), ("free", free)):
        for allergen in names:
            ProductAllergen.objects.create(product=one, allergen=allergen, state=state)
    return one
def group(product, name, options, least, most, position):
    made = OptionGroup.objects.create(operator=operator, name=name, minimum=least, maximum=most)
    for place, (option, price) in enumerate(options.items()):
        Option.objects.create(group=made, name=option, price=price, position=place)
    ProductOptionGroup.objects.create(product=product, group=made, position=position)
every = [one.value for one in Allergen]
beer, kitchen = section("Beer", position=1, note=note), section("Kitchen", position=2, station="kitchen")
product(beer, "Bitter", "4.60", contains=["gluten"], free=[a for a in every if a != "gluten"], age_restricted=True)
product(beer, "Water", "1.00", free=every, vegan=True, description="Still or sparkling.")
product(kitchen, "Crumble", "6.40", contains=["milk"], free=["fish", "eggs"], vegetarian=True)
product(kitchen, "Soup", "5.50", may=["milk", "celery"], free=[a for a in every if a not in ("milk", "celery", "nuts")])
pie = product(kitchen, "Pie", "10.00", free=every, description="Short crust.")
group(pie, "Size", {"Small": "0", "Large": "3.00"}, 1, 1, 1)
group(pie, "Sides", {"Peas": "0", "Mash": "1.50", "Chips": "2.00"}, 2, 2, 2)
group(pie, "Sauce", {"Gravy": "0.50"}, 0, 1, 3)
key = new_token()
Device.objects.create(venue=venue, name="Bar", key_hash=token_hash(key), created_at=now)
answer = [venue.pk, key]
"""


class Pub:
    """One venue, whose rules a test changes as a manager would: from another process than the web's."""

    def __init__(
        self, running: Running, office: Office, name: str = "The Anchor", note: str = "", **rules: Any
    ) -> None:
        self.running, self.office = running, office
        self.pk, self.key = office(OPEN, name=name, note=note, rules=rules)
        self._tables = 0

    def table(self, number: str = "") -> str:
        """The number of a new table."""
        self._tables += 1
        number = number or str(self._tables)
        self.office("Table.objects.create(venue_id=pk, number=number)", pk=self.pk, number=number)
        return number

    def address(self, table: str) -> str:
        """What the code on the table says."""
        asked = "answer = table_page(Table.objects.get(venue_id=pk, number=number))"
        return self.running.http + urlsplit(str(self.office(asked, pk=self.pk, number=table))).path

    def board(self) -> V2Board:
        return V2Board(f"{self.running.ws}/k/{self.key}/Test?venue_id={self.pk}&table_number=dashboard")

    def at_table(self, table: str, verb: str) -> None:
        """`clear_table`, `stop_table`, ..., as staff do."""
        asked = f"{verb}(Table.objects.get(venue_id=pk, number=number), now)"
        self.office(asked, pk=self.pk, number=table)

    def let_go_on(self, table: str) -> None:
        self.office("let_table_go_on(Table.objects.get(venue_id=pk, number=number))", pk=self.pk, number=table)

    def mark_paid(self, order_id: str) -> None:
        asked = """
from orders.changes import OrderPaid
from orders.services import write
write(OrderPaid(pk, now, UUID(order_id), True, "bar"))"""
        self.office("from uuid import UUID" + asked, pk=self.pk, order_id=order_id)

    def open_by_board(self, table: str) -> None:
        """As staff do it with a tap, in the web process itself."""
        tablet = Visitor(self.running.web.port)
        tablet.get(f"/k/{self.key}/")
        asked = "answer = Table.objects.get(venue_id=pk, number=number).pk"
        table_id = self.office(asked, pk=self.pk, number=table)
        answer = tablet.submit(f"/board/{self.pk}/tables/", f"/board/{self.pk}/tables/{table_id}/open")
        assert answer.status == 302, answer.body

    def change(self, product: str, **fields: Any) -> None:
        """A product, as the manager saves it."""
        asked = """
one = Product.objects.get(category__menu__venues=pk, name=name)
for field, value in fields.items(): setattr(one, field, value)
one.save()"""
        self.office(asked, pk=self.pk, name=product, fields=fields)

    def sell(self, product: str, available: bool) -> None:
        asked = """
venue = Venue.objects.get(pk=pk)
one = Product.objects.get(category__menu=venue.menu, name=name)
VenueProduct.objects.update_or_create(venue=venue, product=one, defaults={"available": available})"""
        self.office(asked, pk=self.pk, name=product, available=available)

    def option(self, option: str, **fields: Any) -> None:
        asked = """
one = Option.objects.get(group__products__category__menu__venues=pk, name=name)
for field, value in fields.items(): setattr(one, field, value)
one.save()"""
        self.office(asked, pk=self.pk, name=option, fields=fields)

    @contextmanager
    def rules(self, **rules: Any) -> Iterator[None]:
        """The venue with these rules meanwhile."""
        asked = """
venue = Venue.objects.get(pk=pk); answer = {name: getattr(venue, name) for name in rules}
for name, value in rules.items(): setattr(venue, name, value)
venue.save()"""
        before = self.office(asked, pk=self.pk, rules=rules)
        try:
            yield
        finally:
            self.office(asked, pk=self.pk, rules=before)

    def pause(self, minutes: int, reason: str = "") -> None:
        """For so many minutes from now; 0 goes on."""
        asked = """
from orders.services import pause
pause(pk, now + timedelta(minutes=minutes) if minutes else None, reason, now)"""
        self.office(asked, pk=self.pk, minutes=minutes, reason=reason)

    def orders_of(self, table: str) -> int:
        """How many orders the database has of this table."""
        asked = "answer = Order.objects.filter(venue_id=pk, table_number=number).count()"
        return int(self.office(asked, pk=self.pk, number=table))


@contextmanager
def pub_at(running: Running, **fields: Any) -> Iterator[Pub]:
    with closing(Office(running)) as office:
        yield Pub(running, office, **fields)
