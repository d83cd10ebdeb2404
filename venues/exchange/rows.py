"""A menu's rows as they are now, read at once, with everything that a file of the menu can say or change."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Prefetch, QuerySet

from venues.exchange.cells import meant, returned
from venues.models import (
    Category,
    Menu,
    Option,
    OptionGroup,
    Product,
    ProductAllergen,
    ProductOptionGroup,
    Venue,
    VenueProduct,
)


@dataclass(frozen=True, slots=True)
class GroupOption:
    """One line of the sheet of options: a group with one of its options, or with none where it has none."""

    group: OptionGroup
    option: Option | None


@dataclass(slots=True)
class MenuRows:
    menu: Menu
    categories: list[Category]
    products: list[Product]
    options: list[GroupOption]
    differences: list[VenueProduct]
    venues: dict[int, Venue]
    groups: dict[int, OptionGroup] = field(default_factory=dict)
    group_names: dict[int, str] = field(default_factory=dict)
    """How a product names the groups it offers: by their names, or by number where a name says too little."""
    product_names: dict[int, str] = field(default_factory=dict)
    """How an option names the product that it is: likewise; those of other menus, which it may be there, by number."""


def read_menu(menu: Menu, venues: QuerySet[Venue]) -> MenuRows:
    """The menu's rows, and the differences of those of these venues that use it. Eight queries."""
    categories = list(Category.objects.filter(menu=menu, venue=None).order_by("position", "id"))
    for category in categories:
        category.menu = menu
    links = ProductOptionGroup.objects.order_by("position", "id")
    products = list(
        Product.objects.filter(category__menu=menu, venue=None)
        .select_related("category")
        .prefetch_related(Prefetch("allergens", ProductAllergen.objects.all()), Prefetch("group_links", links))
        .order_by("category__position", "category_id", "position", "id")
    )
    groups = list(
        OptionGroup.objects.filter(operator_id=menu.operator_id)
        .prefetch_related(Prefetch("options", Option.objects.order_by("position", "id")))
        .order_by("pk")
    )
    own = {venue.pk: venue for venue in venues.filter(menu=menu).order_by("name")}
    differences = list(
        VenueProduct.objects.filter(venue__in=own, product__category__menu=menu, product__venue=None)
        .select_related("product")
        .order_by("venue__name", "venue_id", "product__category__position", "product__position", "product_id")
    )
    return MenuRows(
        menu=menu,
        categories=categories,
        products=products,
        options=[row for group in groups for row in _options(group)],
        differences=differences,
        venues=own,
        groups={group.pk: group for group in groups},
        group_names=_names(groups),
        product_names=_elsewhere(groups) | _names(products),
    )


def _options(group: OptionGroup) -> list[GroupOption]:
    return [GroupOption(group, option) for option in group.options.all()] or [GroupOption(group, None)]


def _elsewhere(groups: list[OptionGroup]) -> dict[int, str]:
    parts = (option.product_id for group in groups for option in group.options.all())
    return {pk: f"#{pk}" for pk in parts if pk is not None}


def _names(rows: Sequence[OptionGroup | Product]) -> dict[int, str]:
    """`Size`; `#12` where several have the name, or where it could be taken for something else."""
    called: dict[str, int] = defaultdict(int)
    for row in rows:
        called[returned(row.name).casefold()] += 1
    return {row.pk: row.name if _says_enough(row.name, called) else f"#{row.pk}" for row in rows}


def _says_enough(name: str, called: dict[str, int]) -> bool:
    plain = (
        bool(name) and returned(name) == name == meant(name) and not name.startswith("#") and not set(name) & set(";\n")
    )
    return plain and called[name.casefold()] == 1
