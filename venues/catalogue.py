"""What a venue sells at this moment, whole, in memory: prices, options, allergens, hours, caps.

Read once per menu version; the rules of an order never query product by product.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet

from venues.hours import Hours, Opening, business_date, within_times
from venues.models import (
    AllergenState,
    Category,
    Option,
    Product,
    ProductOptionGroup,
    Venue,
    VenueCategory,
    VenueFeed,
    VenueProduct,
)

Row = TypeVar("Row", Category, Product)


@dataclass(frozen=True, slots=True)
class OptionItem:
    """An option of a group. `part` is the product that guests get with it, if it is one: without choices of its own."""

    id: int
    name: str
    price: Decimal
    available: bool
    part: "ProductItem | None" = None

    def on_sale(self, now: dt.datetime, zone: ZoneInfo) -> bool:
        """Whether it may be taken now."""
        return self.available and (self.part is None or self.part.on_sale(now, zone))


@dataclass(frozen=True, slots=True)
class GroupItem:
    id: int
    name: str
    minimum: int
    maximum: int
    options: tuple[OptionItem, ...]

    def left(self, now: dt.datetime, zone: ZoneInfo) -> tuple[OptionItem, ...]:
        """The options that may be taken now."""
        return tuple(option for option in self.options if option.on_sale(now, zone))


@dataclass(frozen=True, slots=True)
class AllergenItem:
    allergen: str
    state: str
    detail: str


@dataclass(frozen=True, slots=True)
class ProductItem:
    """A product as this venue sells it. `stock` says whether it is counted; the count itself is in the database."""

    id: int
    name: str
    description: str
    price: Decimal
    tax_rate: Decimal
    category_id: int
    station: str
    picture: str
    picture_alt: str
    diets: tuple[str, ...]
    age_restricted: bool
    allergens: tuple[AllergenItem, ...]
    groups: tuple[GroupItem, ...]
    available: bool
    sold_out_until: dt.datetime | None
    counted: bool
    in_stock: bool
    served_from: dt.time | None
    served_until: dt.time | None
    difference_id: int | None
    products_to_choose: tuple[GroupItem, ...] = ()
    """Of a combo: those of its groups of which something must be taken, and whose options are products."""

    def on_sale(self, now: dt.datetime, zone: ZoneInfo) -> bool:
        """Whether it may be ordered now; of a counted product the database knows how many are left."""
        if self.sold_out(now, zone):
            return False
        return self.served_from is None or within_times(
            now.astimezone(zone).time(), self.served_from, self.served_until
        )

    def sold_out(self, now: dt.datetime, zone: ZoneInfo) -> bool:
        """Whether it cannot be had now, whatever its time of day."""
        if not self.available or not self.in_stock or (self.sold_out_until is not None and now < self.sold_out_until):
            return True
        return self.short_of(now, zone) is not None

    def short_of(self, now: dt.datetime, zone: ZoneInfo) -> GroupItem | None:
        """Of a combo: the group of which too little is left, if there is one."""
        groups = self.products_to_choose
        return next((group for group in groups if len(group.left(now, zone)) < group.minimum), None)


@dataclass(frozen=True, slots=True)
class CategoryItem:
    id: int
    name: str
    note: str
    station: str
    served_from: dt.time | None
    served_until: dt.time | None
    products: tuple[ProductItem, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A venue's rules and effective menu at `version` of its feed."""

    venue: Venue
    version: int
    zone: ZoneInfo
    hours: Hours
    categories: tuple[CategoryItem, ...]
    products: dict[int, ProductItem]
    by_name: dict[str, tuple[ProductItem, ...]]

    def business_date(self, now: dt.datetime) -> dt.date:
        return business_date(now, self.zone, self.venue.day_starts)

    def paused(self, now: dt.datetime) -> bool:
        return self.venue.paused_until is not None and now < self.venue.paused_until

    @property
    def open_tables(self) -> bool:
        return self.venue.open_tables and settings.ONTAP_ALLOW_OPEN_TABLES


def load_catalogue(venue_id: int) -> Catalogue | None:
    """The venue's catalogue as the database has it now; None where there is no such venue. Eleven queries.

    The version is read first: a change that commits meanwhile leaves this catalogue older than its content, which
    the writer notices, never newer.
    """
    version = VenueFeed.objects.filter(venue_id=venue_id).values_list("menu_version", flat=True).first()
    venue = Venue.objects.filter(pk=venue_id).first()
    if venue is None or version is None:
        return None
    differences = {row.product_id: row for row in VenueProduct.objects.filter(venue_id=venue_id)}
    groups = ProductOptionGroup.objects.select_related("group").prefetch_related(
        Prefetch("group__options", Option.objects.order_by("position", "id"))
    )
    products = products_of(venue).prefetch_related(
        "allergens", Prefetch("group_links", groups.order_by("position", "id"))
    )
    sections = {row.category_id: row for row in VenueCategory.objects.filter(venue_id=venue_id)}
    rows = categories_of(venue).prefetch_related(Prefetch("products", products))
    shown = [row for row in in_order(rows, sections) if row.pk not in sections or not sections[row.pk].hidden]
    plain = {
        product.pk: _product(product, row, differences.get(product.pk))
        for row in shown
        for product in row.products.all()
    }
    categories = tuple(
        CategoryItem(
            row.pk,
            row.name,
            row.note,
            row.station,
            row.served_from,
            row.served_until,
            tuple(_with_groups(product, plain) for product in in_order(row.products.all(), differences)),
        )
        for row in shown
    )
    items = [product for category in categories for product in category.products]
    by_name: dict[str, tuple[ProductItem, ...]] = defaultdict(tuple)
    for item in items:
        by_name[item.name.casefold()] += (item,)
    return Catalogue(
        venue, version, venue.zone, hours_of(venue), categories, {item.id: item for item in items}, dict(by_name)
    )


def categories_of(venue: Venue) -> QuerySet[Category]:
    """The categories of the venue's menu, hidden ones too: those that are shared, and the venue's own."""
    return Category.objects.filter(Q(venue=None) | Q(venue=venue), menu_id=venue.menu_id or 0)


def products_of(venue: Venue) -> QuerySet[Product]:
    """The products on the venue's menu, whether it sells them now or not; never another venue's own."""
    return Product.objects.filter(
        Q(venue=None) | Q(venue=venue), category__in=categories_of(venue).values("pk"), active=True
    )


def in_order(rows: Iterable[Row], differences: Mapping[int, VenueCategory | VenueProduct]) -> list[Row]:
    """The categories, or the products of one, in the venue's order: its own positions, else the shared ones."""

    def place(row: Row) -> tuple[int, int]:
        difference = differences.get(row.pk)
        own = difference.position if difference is not None else None
        return row.position if own is None else own, row.pk

    return sorted(rows, key=place)


def _product(row: Product, category: Category, difference: VenueProduct | None) -> ProductItem:
    return ProductItem(
        id=row.pk,
        name=row.name,
        description=row.description,
        price=difference.price if difference is not None and difference.price is not None else row.price,
        tax_rate=row.tax_rate,
        category_id=category.pk,
        station=category.station,
        picture=row.picture.url if row.picture else "",
        picture_alt=row.picture_alt,
        diets=tuple(diet for diet in ("vegan", "vegetarian", "halal", "kosher") if getattr(row, diet)),
        age_restricted=row.age_restricted,
        allergens=tuple(
            AllergenItem(a.allergen, a.state, a.detail)
            for a in sorted(row.allergens.all(), key=lambda a: a.allergen)
            if a.state != AllergenState.NOT_CONFIRMED or a.detail
        ),
        groups=(),
        available=difference is None or difference.available,
        sold_out_until=difference.sold_out_until if difference is not None else None,
        counted=difference is not None and difference.stock is not None,
        in_stock=difference is None or difference.stock is None or difference.stock > 0,
        served_from=category.served_from,
        served_until=category.served_until,
        difference_id=difference.pk if difference is not None else None,
    )


def _with_groups(row: Product, plain: Mapping[int, ProductItem]) -> ProductItem:
    groups, asked = [], []
    for link in row.group_links.all():
        own, options = link.group, link.group.options.all()
        group = GroupItem(
            own.pk, own.name, own.minimum, own.maximum, tuple(_option(option, plain) for option in options)
        )
        groups.append(group)
        if own.minimum and any(option.product_id is not None for option in options):
            asked.append(group)
    item = plain[row.pk]
    return replace(item, groups=tuple(groups), products_to_choose=tuple(asked)) if groups else item


def _option(row: Option, plain: Mapping[int, ProductItem]) -> OptionItem:
    """A product that this venue does not sell cannot be taken here. A part has its combo's times of day."""
    if row.product_id is None:
        return OptionItem(row.pk, row.name, row.price, row.available)
    part = plain.get(row.product_id)
    if part is None:
        return OptionItem(row.pk, row.name, row.price, available=False)
    return OptionItem(row.pk, row.name, row.price, row.available, replace(part, served_from=None, served_until=None))


def hours_of(venue: Venue) -> Hours:
    """The venue's weekly hours and its exceptions. Two queries, none where both were prefetched."""
    week: list[list[Opening]] = [[] for _ in range(7)]
    for row in venue.opening_hours.all():
        week[row.weekday].append(Opening(row.opens, row.closes))
    exceptions: dict[dt.date, tuple[Opening, ...]] = defaultdict(tuple)
    for exception in venue.opening_exceptions.all():
        exceptions[exception.date] += (
            (Opening(exception.opens, exception.closes),) if exception.opens and exception.closes else ()
        )
    return Hours(
        venue.zone,
        tuple(tuple(day) for day in week),
        dict(exceptions),
        dt.timedelta(minutes=venue.last_order_minutes),
    )
