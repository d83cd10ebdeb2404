"""A hundred venues with a shared menu and their people, and what comes of a million orders beside them."""

import datetime as dt
from typing import Any, LiteralString

import psycopg

PRODUCTS = 300
TABLES = 50
CATEGORIES = 15
STAFF = 10  # of each venue
SESSIONS, COMMANDS = 2, 5  # one of so many orders has its own

# One order in fifty is refused, and the newest are not finished; a session ends before the table's next one.
STATES: LiteralString = """
UPDATE orders_order SET state = 'rejected', order_status = 'rejected' WHERE number %% 50 = 0;
UPDATE orders_order SET state = 'pending', finished_at = NULL
WHERE placed_at > (SELECT max(placed_at) FROM orders_order) - interval '20 minutes'
"""
SESSION_ROWS: LiteralString = """
INSERT INTO venues_tablesession (venue_id, table_id, opened_at, last_seen_at, ended_at, end_reason)
SELECT venue_id, (venue_id - 1) * %(tables)s + 1 + number %% %(tables)s, placed_at, placed_at, placed_at, 'cleared'
FROM orders_order WHERE number %% %(sessions)s = 0 ORDER BY placed_at
"""
COMMAND_ROWS: LiteralString = """
INSERT INTO tracker_gatewaycommand
    (venue_id, event_seq, verb, name, order_uuid, order_type, tag, why, state, planned_at, not_after, next_try_at,
     attempts, round, answered, fence, detail, finished_at)
SELECT venue_id, number, 'start', tracker_number, '', '', '', 'order ' || number,
       CASE WHEN number %% 10000 = 0 THEN 'dead' ELSE 'done' END,
       placed_at, placed_at, placed_at, 1, 0, true, 1, '', placed_at
FROM orders_order WHERE number %% %(commands)s = 0 ORDER BY placed_at
"""


def make_house(venues: int) -> tuple[Any, Any]:
    """The operator of all venues, and the manager of one."""
    from django.utils import timezone

    from venues.models import (
        Allergen,
        Category,
        Device,
        Membership,
        Menu,
        Operator,
        Product,
        ProductAllergen,
        Role,
        Table,
        User,
        Venue,
        VenueFeed,
        VenueProduct,
    )

    numbers = range(1, venues + 1)
    operator = Operator.objects.create(name="Of many")
    menu = Menu.objects.create(operator=operator, name="Menu")
    categories = Category.objects.bulk_create(
        Category(operator=operator, menu=menu, name=f"Category {n}") for n in range(CATEGORIES)
    )
    products = Product.objects.bulk_create(
        Product(operator=operator, category=categories[n % CATEGORIES], name=f"Product {n:03}", price="4.60")
        for n in range(PRODUCTS)
    )
    ProductAllergen.objects.bulk_create(
        ProductAllergen(product=product, allergen=allergen) for product in products for allergen in Allergen.values
    )
    Venue.objects.bulk_create(Venue(pk=pk, operator=operator, menu=menu, name=f"Venue {pk:03}") for pk in numbers)
    VenueFeed.objects.bulk_create(VenueFeed(venue_id=pk) for pk in numbers)
    VenueProduct.objects.bulk_create(
        VenueProduct(operator=operator, venue_id=pk, product=product, stock=20)
        for pk in numbers
        for product in products
    )
    Table.objects.bulk_create(
        Table(venue_id=pk, number=str(n), zone="Bar" if n < 20 else "Garden")
        for pk in numbers
        for n in range(1, TABLES + 1)
    )
    now = timezone.now()
    Device.objects.bulk_create(
        Device(venue_id=pk, name=f"Tablet {n}", key_hash=f"{pk}-{n}", created_at=now)
        for pk in numbers
        for n in range(5)
    )
    people = User.objects.bulk_create(
        User(username=f"staff-{pk}-{n}", password="!") for pk in numbers for n in range(STAFF)
    )
    Membership.objects.bulk_create(
        Membership(user=person, operator=operator, venue_id=1 + n // STAFF, role=Role.STAFF)
        for n, person in enumerate(people)
    )
    owner, manager = User.objects.create(username="owner"), User.objects.create(username="manager")
    Membership.objects.create(user=owner, operator=operator, role=Role.OPERATOR)
    Membership.objects.create(user=manager, operator=operator, venue_id=1, role=Role.MANAGER)
    return owner, manager


def make_beside_orders(address: str) -> None:
    """States of the orders, their table sessions, commands, and the agents of every venue."""
    how = {"tables": TABLES, "sessions": SESSIONS, "commands": COMMANDS}
    with psycopg.connect(address, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute("SET session_replication_role = replica")  # no foreign key is looked up a million times
        for statement in (STATES, SESSION_ROWS, COMMAND_ROWS):
            connection.execute(statement, how)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def make_agents(venues: int) -> None:
    from django.utils import timezone

    from tracker.models import EdgeAgent, Gateway, Reading
    from tracker.models.readings import SUBJECTS

    now = timezone.now()
    until = now + dt.timedelta(days=1)
    agents = EdgeAgent.objects.bulk_create(
        EdgeAgent(venue_id=pk, token_hash=str(pk), host=f"bar-pi-{pk}", enrolled_at=now, link_until=until)
        for pk in range(1, venues + 1)
    )
    Gateway.objects.bulk_create(Gateway(venue_id=a.venue_id, agent=a, state="live", since=now) for a in agents)
    Reading.objects.bulk_create(
        Reading(venue_id=a.venue_id, subject=subject, done_at=now) for a in agents for subject in SUBJECTS
    )
