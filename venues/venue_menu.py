"""A venue's menu as its manager sees it: every value as it is here, and as the menu has it for all its venues.

Values are the texts that stand in the form's fields, so that what a page showed can be compared with what holds now.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Self, TypeVar

from venues.catalogue import categories_of, in_order, products_of
from venues.models import Category, Product, Venue, VenueCategory, VenueProduct

ON_SALE, UNTIL_TOLD, UNTIL = "sale", "on", "until "
SHOWN, HIDDEN = "shown", "hidden"


class _Values:
    """Texts by field, in one text: none of them holds the sign between."""

    __slots__ = ()

    @property
    def text(self) -> str:
        return "|".join(getattr(self, field.name) for field in fields(self))  # type: ignore[arg-type]

    @classmethod
    def of(cls, text: str) -> Self | None:
        """What `text` was made of; None where it is no such text."""
        parts = text.split("|")
        return cls(*parts) if len(parts) == len(fields(cls)) else None  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class ProductValues(_Values):
    """How a venue sells a product; empty is as in the shared menu. `sale` is `sale`, `on`, or `until <time>`."""

    price: str = ""
    sale: str = ON_SALE
    stock: str = ""
    position: str = ""


@dataclass(frozen=True, slots=True)
class CategoryValues(_Values):
    """How a venue shows a category."""

    position: str = ""
    shown: str = SHOWN


Values = ProductValues | CategoryValues


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product on a venue's menu. `own`: no other venue has it, so its price and place are no differences."""

    product: Product
    difference: VenueProduct | None
    here: ProductValues
    shared: ProductValues

    @property
    def own(self) -> bool:
        return self.product.venue_id is not None

    @property
    def price(self) -> str:
        """What a guest pays."""
        return self.here.price or self.shared.price

    @property
    def differs(self) -> bool:
        return self.here != (self.shared if self.own else ProductValues())


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category with its products, in the venue's order."""

    category: Category
    difference: VenueCategory | None
    here: CategoryValues
    shared: CategoryValues
    products: tuple[ProductRow, ...]

    @property
    def own(self) -> bool:
        return self.category.venue_id is not None

    @property
    def differs(self) -> bool:
        return self.here != (self.shared if self.own else CategoryValues())


@dataclass(frozen=True, slots=True)
class VenueMenu:
    """Everything on a venue's menu, hidden and sold out too."""

    venue: Venue
    categories: tuple[CategoryRow, ...]

    def products(self) -> Iterator[ProductRow]:
        for category in self.categories:
            yield from category.products


Difference = TypeVar("Difference", VenueCategory, VenueProduct)


def load_menu(venue: Venue, now: datetime) -> VenueMenu:
    """The venue's menu as the database has it now. Four queries."""
    differences = {row.product_id: row for row in VenueProduct.objects.filter(venue=venue)}
    sections = {row.category_id: row for row in VenueCategory.objects.filter(venue=venue)}
    products: dict[int, list[Product]] = defaultdict(list)
    for product in products_of(venue):
        products[product.category_id].append(product)
    return VenueMenu(
        venue,
        tuple(
            _category(category, sections, products[category.pk], differences, now)
            for category in in_order(categories_of(venue), sections)
        ),
    )


def _category(
    category: Category,
    sections: Mapping[int, VenueCategory],
    products: list[Product],
    differences: Mapping[int, VenueProduct],
    now: datetime,
) -> CategoryRow:
    difference = sections.get(category.pk)
    shared = CategoryValues(str(category.position))
    own = _number(difference.position) if difference is not None else ""
    here = CategoryValues(
        own or (shared.position if category.venue_id is not None else ""),
        HIDDEN if difference is not None and difference.hidden else SHOWN,
    )
    rows = tuple(_product(product, differences.get(product.pk), now) for product in in_order(products, differences))
    return CategoryRow(category, difference, here, shared, rows)


def _product(product: Product, difference: VenueProduct | None, now: datetime) -> ProductRow:
    shared = ProductValues(price=f"{product.price:.2f}", position=str(product.position))
    own = shared if product.venue_id is not None else ProductValues()
    if difference is None:
        return ProductRow(product, None, own, shared)
    here = ProductValues(
        f"{difference.price:.2f}" if difference.price is not None else own.price,
        sale_of(difference, now),
        _number(difference.stock),
        _number(difference.position) or own.position,
    )
    return ProductRow(product, difference, here, shared)


def sale_of(difference: VenueProduct, now: datetime) -> str:
    """Whether it is sold, as a text; an end that has passed is none."""
    if not difference.available:
        return UNTIL_TOLD
    until = difference.sold_out_until
    return UNTIL + until.astimezone(UTC).isoformat() if until is not None and now < until else ON_SALE


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
