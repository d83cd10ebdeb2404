"""What a venue does not sell for now: written at the board, for this venue alone, and told to its pages at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from venues.catalogue import Catalogue, ProductItem, products_of
from venues.models import Product, Venue, VenueFeed, VenueProduct

MOST_COUNTED = 9999


@dataclass(frozen=True, slots=True)
class ShownProduct:
    """A product as the board lists it. `gone` where it is sold out; then `until`, or None until somebody says.

    `short_of` names the choice of a combo of which too little is left: the combo comes back with that.
    """

    item: ProductItem
    gone: bool
    until: datetime | None
    stock: int | None  # None: not counted
    short_of: str


def stop_selling(venue: Venue, product: Product, until: datetime | None) -> None:
    """Nobody orders this product at this venue until a moment, or until `sell_again` (None)."""
    _write(venue, product, {"available": until is not None, "sold_out_until": until})


def sell_again(venue: Venue, product: Product, stock: int | None = None) -> bool:
    """Put it on sale; where the venue counts it, so many (None: as many as are counted). False where it is counted and
    none is left: somebody has to say how many there are."""
    with transaction.atomic():
        _lock(venue)
        row = VenueProduct.objects.filter(venue=venue, product=product).first()
        counted = row is not None and row.stock is not None
        if counted and stock is None and row is not None and row.stock == 0:
            return False
        new = {"stock": stock} if counted and stock is not None else {}
        _write(venue, product, {"available": True, "sold_out_until": None, **new})
    return True


def product_of(venue: Venue, product_id: int) -> Product | None:
    """A product on this venue's menu."""
    return products_of(venue).filter(pk=product_id).first()


def shown_products(catalogue: Catalogue, now: datetime) -> list[tuple[str, list[ShownProduct]]]:
    """Everything on the venue's menu by category, as it is sold now. One query."""
    stock: dict[int, int | None] = dict(
        VenueProduct.objects.filter(venue=catalogue.venue, stock__isnull=False).values_list("product_id", "stock")
    )
    return [
        (category.name, [_shown(item, stock, now, catalogue.zone) for item in category.products])
        for category in catalogue.categories
        if category.products
    ]


def _shown(item: ProductItem, stock: Mapping[int, int | None], now: datetime, zone: ZoneInfo) -> ShownProduct:
    until = item.sold_out_until if item.sold_out_until is not None and now < item.sold_out_until else None
    gone = not item.available or not item.in_stock or until is not None
    group = item.short_of(now, zone)
    # Until somebody says outlasts any hour.
    ends = until if item.available and item.in_stock else None
    return ShownProduct(item, gone, ends, stock.get(item.id), group.name if group is not None else "")


def _lock(venue: Venue) -> None:
    VenueFeed.objects.select_for_update(no_key=True).get(venue_id=venue.pk)


def _write(venue: Venue, product: Product, values: Mapping[str, Any]) -> None:
    """Save this venue's difference; nothing where it is so already, for each save is a new menu for every phone."""
    with transaction.atomic():
        # Before the row is read: the writer counts stock under this lock.
        _lock(venue)
        row = VenueProduct.objects.filter(venue=venue, product=product).first()
        fresh = row or VenueProduct(venue=venue, product=product)
        if all(getattr(fresh, name) == value for name, value in values.items()):
            return
        for name, value in values.items():
            setattr(fresh, name, value)
        fresh.save(update_fields=None if row is None else list(values))
