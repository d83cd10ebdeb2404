"""Products as parts of combos: which may be one, and where one is used."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from venues.models import Menu, Option, OptionGroup, Product
from venues.signals import venues_of


def why_no_part(product: Product, group: OptionGroup | None) -> str:
    """Why this product can be no option of this group (None: one that is not there yet); empty where it can."""
    if product.venue is not None:
        return f"{product} is sold at {product.venue} only, and options are for all venues."
    if (must := must_choose(product)) is not None:
        return f"{product} asks for a choice itself, “{must}”, and nobody is asked for that within a combo."
    if group is not None and group.pk is not None:
        menus = Menu.objects.filter(categories__products__group_links__group=group).distinct()
        if menus and product.category.menu not in menus:
            return f"{product} is on the menu {product.category.menu}; what offers this choice is on another."
    return ""


def must_choose(product: Product) -> OptionGroup | None:
    """A group of this product of which something must be taken."""
    return OptionGroup.objects.filter(product_links__product=product, minimum__gt=0).first()


def used_in(product: Product) -> "QuerySet[Any]":
    """The options that are this product, with their groups."""
    return Option.objects.filter(product=product).select_related("group").order_by("group__name", "pk")


def rename_parts(product: Product, was: str) -> None:
    """Options that are called as the product was are called as it is now, where their group has no such option yet.

    Inside the caller's `changing_together`, with the venues of `offering`.
    """
    for option in used_in(product).filter(name=was):
        if not Option.objects.filter(group=option.group, name=product.name).exists():
            option.name = product.name
            option.save(update_fields=["name"])


def offering(product: Product) -> set[int]:
    """The ids of the venues that sell this product, or a combo of which it is a part."""
    return venues_of(product).union(*(venues_of(option) for option in used_in(product)))


def parts_offering(group: OptionGroup) -> Iterable[Product]:
    """The parts of combos that offer this group when they are sold alone."""
    return Product.objects.filter(group_links__group=group, as_options__isnull=False).distinct()
