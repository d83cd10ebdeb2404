"""The demo's operators, venues and tables, and where a venue differs from the menu it shares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from venues.demo import tern_menu
from venues.demo.lamplighter_drinks import DRINKS
from venues.demo.lamplighter_kitchen import KITCHEN
from venues.demo.recipe import Card
from venues.models import Menu, Operator, Table, Venue, VenueProduct


@dataclass(frozen=True, slots=True)
class Difference:
    """What is special about a product at one venue. `sold_out` is for a day from loading."""

    price: str | None = None
    available: bool = True
    stock: int | None = None
    sold_out: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A venue with tables "1" to the last number of its zones, in their order."""

    id: int
    name: str
    rules: Mapping[str, Any]
    zones: Mapping[str, int]
    tagged: bool = False
    differences: Mapping[int, Difference] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class House:
    """An operator with its menu and its venues."""

    id: int
    name: str
    menu: Card
    places: tuple[Place, ...]


# Always open, and caps that a load test does not meet: the demo answers at any time.
GENEROUS = {"max_quantity": 100, "max_items": 1000, "max_open_per_table": 5000, "max_per_minute": 600_000}

LAMPLIGHTER = House(
    1,
    "The Lamplighter Group",
    Card("House menu", (*DRINKS, *KITCHEN)),
    (
        Place(
            1,
            "The Lamplighter",
            GENEROUS
            | {
                "open_tables": True,
                "colour": "#7c1d2e",
                "tracker_use": "pucks",
                "puck_returned": "complete",
                "takes_to_go": True,
            },
            {"Bar": 8, "Snug": 14, "Garden": 24},
            tagged=True,
        ),
        Place(
            2,
            "The Lantern Yard",
            GENEROUS | {"colour": "#1f4e5f", "pay_sentence": "Pay at the hatch when you order your last round."},
            {"Yard": 6, "Loft": 10},
            differences={
                1: Difference(price="4.90"),
                13: Difference(price="3.60"),
                37: Difference(available=False),
                41: Difference(sold_out=True),
                49: Difference(stock=8),
                51: Difference(stock=0),
            },
        ),
    ),
)

TERN = House(
    2,
    "Tern & Tide Wine Rooms",
    tern_menu.CARD,
    (
        Place(
            3,
            "Tern & Tide",
            GENEROUS
            | {
                "timezone": "Europe/Dublin",
                "currency": "EUR",
                "colour": "#23365c",
                "pay_sentence": "We bring the bill to your table.",
            },
            {"Window": 4, "Vault": 10},
            differences={113: Difference(stock=12)},
        ),
    ),
)


def write_operator(house: House) -> Operator:
    return Operator.objects.create(pk=house.id, name=house.name)


def write_venues(house: House, menu: Menu, now: datetime) -> None:
    """The house's venues with their tables and differences."""
    for place in house.places:
        venue = Venue.objects.create(pk=place.id, operator_id=house.id, name=place.name, menu=menu, **place.rules)
        Table.objects.bulk_create(_tables(venue, place))
        VenueProduct.objects.bulk_create(
            [
                VenueProduct(
                    operator_id=house.id,
                    venue=venue,
                    product_id=product_id,
                    price=None if difference.price is None else Decimal(difference.price),
                    available=difference.available,
                    stock=difference.stock,
                    sold_out_until=now + timedelta(days=1) if difference.sold_out else None,
                )
                for product_id, difference in place.differences.items()
            ]
        )


def _tables(venue: Venue, place: Place) -> list[Table]:
    tables: list[Table] = []
    for zone, last in place.zones.items():
        numbers = [str(number) for number in range(len(tables) + 1, last + 1)]
        tables += [
            Table(venue=venue, number=number, zone=zone, tag_number=number if place.tagged else None)
            for number in numbers
        ]
    return tables
