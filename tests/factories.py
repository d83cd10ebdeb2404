"""Rows for tests. Each builder makes whatever it is not given; `**fields` are the model's own.

venue = make_venue()
table = make_table(venue, "7")
stout = make_product(venue, "Stout", "4.60")
order = make_order(table, {stout: 2})
"""

import itertools
import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.test import Client
from django.utils import timezone

from ontap.models import Alert, AlertTarget
from orders import services
from orders.changes import Done, Placement
from orders.models import Order
from orders.pricing import price_order
from orders.requests import PlaceOrder, WantedLine
from tracker.models import EdgeAgent, Gateway, GatewayCommand, Reading, TrackedOrder
from venues.access import member_for_code, start_session
from venues.catalogue import load_catalogue
from venues.codes import new_token, table_code, token_hash
from venues.models import (
    Category,
    Device,
    Membership,
    Menu,
    Operator,
    Option,
    OptionGroup,
    Product,
    ProductOptionGroup,
    Role,
    ScheduledChange,
    Table,
    User,
    Venue,
)

_numbers = itertools.count(1)


def now_ms() -> datetime:
    """Now, in whole milliseconds, as orders keep time."""
    now = timezone.now()
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def make_operator(name: str = "") -> Operator:
    return Operator.objects.create(name=name or f"Operator {next(_numbers)}")


def make_venue(operator: Operator | None = None, name: str = "", **fields: Any) -> Venue:
    """A venue that is always open, with a menu of its own unless it is given one."""
    operator = operator or make_operator()
    name = name or f"Venue {next(_numbers)}"
    if "menu" not in fields:
        fields["menu"] = Menu.objects.create(operator=operator, name=f"Menu of {name}")
    return Venue.objects.create(operator=operator, name=name, **fields)


def make_table(venue: Venue | None = None, number: str = "", **fields: Any) -> Table:
    return Table.objects.create(venue=venue or make_venue(), number=number or str(next(_numbers)), **fields)


def make_product(
    venue: Venue, name: str = "", price: str = "3.20", *, category: str = "Beer", **fields: Any
) -> Product:
    """A product on the venue's menu, in the category of that name."""
    assert venue.menu is not None
    section, _ = Category.objects.get_or_create(menu=venue.menu, name=category)
    name = name or f"Product {next(_numbers)}"
    return Product.objects.create(category=section, name=name, price=Decimal(price), **fields)


def make_options(
    product: Product, name: str, options: dict[str, str], minimum: int = 0, maximum: int = 1
) -> OptionGroup:
    """A group of options, name to price, that this product offers."""
    group = OptionGroup.objects.create(operator=product.operator, name=name, minimum=minimum, maximum=maximum)
    for position, (option, price) in enumerate(options.items()):
        Option.objects.create(group=group, name=option, price=Decimal(price), position=position)
    ProductOptionGroup.objects.create(product=product, group=group)
    return group


def make_combo(
    product: Product, name: str, parts: dict[Product, str], minimum: int = 1, maximum: int = 1
) -> dict[Product, Option]:
    """A group of options that are products, product to surcharge, which `product` offers; the option of each."""
    group = make_options(product, name, {}, minimum, maximum)
    return {
        part: Option.objects.create(group=group, product=part, price=Decimal(price), position=position)
        for position, (part, price) in enumerate(parts.items())
    }


def make_change(product: Product, venue: Venue | None = None, **fields: Any) -> ScheduledChange:
    """A change of a product's price to 3.00, which is planned for an hour from now until two hours later."""
    now = now_ms()
    return ScheduledChange.objects.create(
        **{
            "product": product,
            "venue": venue,
            "price": Decimal(3),
            "starts_at": now + timedelta(hours=1),
            "ends_at": now + timedelta(hours=3),
            "made_at": now,
        }
        | fields
    )


def make_person(name: str = "", role: Role | None = None, at: Operator | Venue | None = None, **fields: Any) -> User:
    """A person, where wanted with one role: at an operator (all venues) or at a venue. No password: use `logged_in`."""
    user = User(username=name or f"person{next(_numbers)}", **fields)
    user.set_unusable_password()
    user.save()
    if role is not None:
        assert at is not None
        venue = at if isinstance(at, Venue) else None
        operator = at.operator if isinstance(at, Venue) else at
        Membership.objects.create(user=user, operator=operator, venue=venue, role=role)
    return user


def logged_in(user: User) -> Client:
    """A browser in which this person is logged in."""
    client = Client()
    client.force_login(user)
    return client


def make_device(venue: Venue, name: str = "Bar tablet") -> tuple[Device, str]:
    """A board's device, with its key."""
    key = new_token()
    device = Device.objects.create(venue=venue, name=name, key_hash=token_hash(key), created_at=now_ms())
    return device, key


def make_agent(venue: Venue, host: str = "bar-pi", **fields: Any) -> tuple[EdgeAgent, str]:
    """A venue's enrolled agent, which has not connected yet, with its token."""
    token = new_token()
    row = EdgeAgent(venue=venue, token_hash=token_hash(token), host=host, enrolled_at=now_ms(), **fields)
    row.save()
    return row, token


def make_gateway(agent: EdgeAgent, **fields: Any) -> Gateway:
    """The gateway of an agent's venue: live, unless it is said."""
    return Gateway.objects.create(**{"venue": agent.venue, "agent": agent, "state": "live", "since": now_ms()} | fields)


def make_command(venue: Venue, puck: str = "22", verb: str = "start", **fields: Any) -> GatewayCommand:
    """A command that is due now and for ten minutes."""
    now = now_ms()
    times = {"planned_at": now, "next_try_at": now, "not_after": now + timedelta(minutes=10)}
    return GatewayCommand.objects.create(**times | {"venue": venue, "verb": verb, "name": puck} | fields)


def make_tracked(venue: Venue, puck: str = "22", **fields: Any) -> TrackedOrder:
    """A puck that is with somebody."""
    return TrackedOrder.objects.create(
        **{"venue": venue, "uuid": uuid.uuid4(), "name": puck, "state": "started", "started_at": now_ms()} | fields
    )


def make_reading(venue: Venue, subject: str = "history", **fields: Any) -> Reading:
    """A reading of the venue's gateway, which nobody wants yet."""
    return Reading.objects.create(venue=venue, subject=subject, **fields)


def make_alert(venue: Venue, what: str = "The agent is silent.", **fields: Any) -> Alert:
    """An open alert that nobody has seen."""
    row = {"venue": venue, "kind": "agent_silent", "what": what, "since": now_ms(), "opened_at": now_ms()}
    return Alert.objects.create(**row | fields)


def make_target(venue: Venue, address: str = "olga@example.com", way: str = "mail") -> AlertTarget:
    """Somebody who is told of the venue's alerts."""
    return AlertTarget.objects.create(operator=venue.operator, venue=venue, way=way, address=address)


def make_member(table: Table) -> str:
    """The token of a phone that has just scanned the table's code."""
    scanned = member_for_code(table_code(table.pk, table.code_version), now_ms())
    assert scanned is not None
    return scanned[1]


def make_order(
    table: Table, items: dict[Product, int] | tuple[WantedLine, ...], at: datetime | None = None, **wanted: Any
) -> Order:
    """An order of a guest at the table, placed by the same path as every other."""
    at = at or now_ms()
    catalogue = load_catalogue(table.venue_id)
    assert catalogue is not None
    lines = (
        items
        if isinstance(items, tuple)
        else tuple(WantedLine(quantity, product.pk) for product, quantity in items.items())
    )
    order = PlaceOrder(table.number, lines, None, **wanted)
    session = start_session(table, at)
    placement = Placement(
        venue_id=table.venue_id,
        at=at,
        order_id=uuid.uuid4(),
        wanted=order,
        priced=price_order(catalogue, order, at),
        content=order.content,
        catalogue=catalogue,
        table_id=table.pk,
        table_number=table.number,
        session_id=session.pk,
        verified=True,
        actor="guest",
    )
    done = services.write(placement)
    assert isinstance(done, Done), done
    assert done.order_id is not None
    return Order.objects.get(pk=done.order_id)
