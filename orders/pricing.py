"""What an order costs and whether it may be placed: decided from the catalogue at this moment, never by the client."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from orders.errors import Refused
from orders.requests import PlaceOrder, WantedLine
from venues.catalogue import AllergenItem, Catalogue, OptionItem, ProductItem
from venues.combos import (
    age_restricted,
    age_restricted_whatever_is_chosen,
    allergens_taken,
    allergens_whatever_is_chosen,
    parts_of,
)


@dataclass(frozen=True, slots=True)
class PricedLine:
    product: ProductItem
    quantity: int
    unit_price: Decimal
    options: tuple[OptionItem, ...]
    note: str
    options_unsaid: bool = False  # of the plain form: what of a combo is taken, staff ask

    @property
    def allergens(self) -> tuple[AllergenItem, ...]:
        """Of all of it; of a combo of which nobody has said what is taken, whatever that will be."""
        if self.options_unsaid:
            return allergens_whatever_is_chosen(self.product)
        return allergens_taken(self.product, self.options)

    @property
    def age_restricted(self) -> bool:
        """Likewise whether somebody looks at an ID."""
        if self.options_unsaid:
            return age_restricted_whatever_is_chosen(self.product)
        return age_restricted(self.product, self.options)

    @property
    def made_of(self) -> tuple[ProductItem, ...]:
        """Everything of which the venue gives out one with each of this line: the product and its parts."""
        return self.product, *parts_of(self.options)


@dataclass(frozen=True, slots=True)
class PricedOrder:
    """An order as the venue sells it: `lines_json` is the frozen text of the lines."""

    lines: tuple[PricedLine, ...]
    total: Decimal
    order_items: str
    lines_json: str


def price_order(catalogue: Catalogue, wanted: PlaceOrder, now: datetime) -> PricedOrder:
    """The order with names, prices and options of this moment. Raises Refused for the first thing that is wrong."""
    if not wanted.test:
        refuse_when_not_serving(catalogue, now)
    venue = catalogue.venue
    if wanted.to_go and not venue.takes_to_go:
        raise Refused("This venue takes no orders to go.", "no_to_go", "to_go")
    # The seed's plain form names no options: staff ask. Who sends `lines` sends what a group requires.
    plain = wanted.order_items is not None
    lines = tuple([_priced(catalogue, line, now, wanted.field, plain) for line in wanted.lines])
    items = 0
    total = Decimal(0)
    for line in lines:
        items += line.quantity
        total += line.unit_price * line.quantity
    if items > venue.max_items:
        raise Refused(
            f"One order holds at most {venue.max_items} items here; this one has {items}.", "too_many", wanted.field
        )
    order_items = wanted.order_items
    if order_items is None:
        quantities: dict[str, int] = {}
        for line in lines:
            quantities[str(line.product.id)] = quantities.get(str(line.product.id), 0) + line.quantity
        order_items = orjson.dumps(quantities).decode()
    return PricedOrder(lines, total, order_items, _lines_json(lines))


def price_or_refuse(catalogue: Catalogue, wanted: PlaceOrder, now: datetime) -> PricedOrder | Refused:
    """`price_order`, with the refusal as a value."""
    try:
        return price_order(catalogue, wanted, now)
    except Refused as refusal:
        return refusal


def refuse_when_not_serving(catalogue: Catalogue, now: datetime) -> None:
    """Raises Refused while the venue is paused or closed, saying until when."""
    if catalogue.paused(now):
        until = catalogue.venue.paused_until
        assert until is not None
        reason = f" {catalogue.venue.pause_reason}" if catalogue.venue.pause_reason else ""
        raise Refused(f"Orders are paused until {until.astimezone(catalogue.zone):%H:%M}.{reason}", "paused")
    serving, change = catalogue.hours.takes_orders(now)
    if not serving:
        when = f" until {change.astimezone(catalogue.zone):%A %H:%M}" if change is not None else ""
        raise Refused(f"The venue takes no orders{when}.", "closed")


def _priced(catalogue: Catalogue, line: WantedLine, now: datetime, field: str, plain: bool) -> PricedLine:
    product = _product(catalogue, line, field)
    if not product.on_sale(now, catalogue.zone):
        if (group := product.short_of(now, catalogue.zone)) is not None:
            raise Refused(f"{product.name}: too little of “{group.name}” is left.", "sold_out", field)
        raise Refused(f"{product.name} is sold out at the moment.", "sold_out", field)
    if line.quantity > catalogue.venue.max_quantity:
        raise Refused(f"At most {catalogue.venue.max_quantity} of {product.name} in one line.", "wrong_quantity", field)
    if plain or not (product.groups or line.options):
        return PricedLine(product, line.quantity, product.price, (), line.note, options_unsaid=bool(product.groups))
    options = _options(product, line.options, now, catalogue.zone)
    unit_price = product.price + sum((option.price for option in options), Decimal(0))
    return PricedLine(product, line.quantity, unit_price, options, line.note)


def _product(catalogue: Catalogue, line: WantedLine, field: str) -> ProductItem:
    if line.product_id is not None:
        product = catalogue.products.get(line.product_id)
        if product is None:
            raise Refused(f"Product {line.product_id} is not on this venue's menu.", "unknown_product", field)
        return product
    assert line.name is not None
    assert line.price is not None
    try:
        price = Decimal(line.price)
    except InvalidOperation:
        raise Refused("product_price is an amount such as “3.20”.", "wrong_type", "order_items") from None
    named = catalogue.by_name.get(line.name.casefold(), ())
    if len(named) != 1:
        fault = "no product" if not named else "more than one product"
        raise Refused(f"There is {fault} of this name on the menu.", "unknown_product", "order_items")
    if not price.is_finite() or named[0].price != price:
        raise Refused(f"{named[0].name} costs {named[0].price}.", "wrong_price", "order_items")
    return named[0]


def _options(product: ProductItem, wanted: tuple[int, ...], now: datetime, zone: ZoneInfo) -> tuple[OptionItem, ...]:
    taken: list[OptionItem] = []
    for group in product.groups:
        chosen = [option for option in group.options if option.id in wanted]
        if not group.minimum <= len(chosen) <= group.maximum:
            raise Refused(
                f"{product.name}: take {group.minimum} to {group.maximum} of “{group.name}”.", "wrong_options", "lines"
            )
        for option in chosen:
            if not option.on_sale(now, zone):
                raise Refused(f"{option.name} is sold out at the moment.", "sold_out", "lines")
        taken += chosen
    if len(taken) != len(wanted):
        raise Refused(f"{product.name} has no such option, or it is there twice.", "wrong_options", "lines")
    return tuple(taken)


def _option(option: OptionItem) -> dict[str, Any]:
    """What is frozen of an option; of one that is a product also which, who makes it, and whether ID is looked at."""
    frozen: dict[str, Any] = {"option_id": str(option.id), "name": option.name, "price": str(option.price)}
    if (part := option.part) is not None:
        frozen |= {
            "product_id": str(part.id),
            "allergens": _frozen(part.allergens),
            "age_restricted": part.age_restricted,
            "station": part.station,
        }
    return frozen


def _frozen(allergens: tuple[AllergenItem, ...]) -> list[dict[str, str]]:
    return [{"allergen": item.allergen, "state": item.state} for item in allergens]


def _lines_json(lines: tuple[PricedLine, ...]) -> str:
    return orjson.dumps(
        [
            {
                "product_id": str(line.product.id),
                "name": line.product.name,
                "quantity": line.quantity,
                "unit_price": str(line.unit_price),
                "tax_rate": str(line.product.tax_rate),
                "options": [_option(option) for option in line.options],
                "note": line.note,
                "allergens": _frozen(line.allergens),
                "age_restricted": line.age_restricted,
                "station": line.product.station,
            }
            for line in lines
        ]
    ).decode()
