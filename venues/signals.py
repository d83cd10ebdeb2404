"""Rows that come with others, and the word that a menu or a venue's rules changed."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from django.dispatch import Signal, receiver

from venues.models import (
    Category,
    Menu,
    OpeningException,
    OpeningHours,
    Option,
    OptionGroup,
    Product,
    ProductAllergen,
    ProductOptionGroup,
    ScheduledChange,
    Venue,
    VenueCategory,
    VenueFeed,
    VenueProduct,
)

menu_changing = Signal()
"""Sent before the rows of such a change are written, with `venue_ids`, so that locks can be taken in their order."""

menu_changed = Signal()
"""Sent inside the transaction of the change, with `venue_ids`: what these venues sell, or how, is different now."""

# The venues that are told at the end of `changing_together`; None outside of it.
_together: ContextVar[set[int] | None] = ContextVar("changing_together", default=None)


@contextmanager
def changing_together(venue_ids: Iterable[int]) -> Iterator[None]:
    """Many rows of these venues' menus in one transaction: one word to each venue that has another menu at its end.

    Row by row the venues' locks would be taken in the order of the rows, and each row would be a new menu for phones.
    """
    with transaction.atomic():
        menu_changing.send(sender=Menu, venue_ids=sorted(set(venue_ids)))
        changed: set[int] = set()
        outer = _together.set(changed)
        try:
            yield
        finally:
            _together.reset(outer)
        if changed:
            _tell(Menu, changed)


@receiver(post_save, sender=Venue)
def give_venue_its_feed(instance: Venue, created: bool, **kwargs: Any) -> None:
    if created and not kwargs.get("raw"):
        VenueFeed.objects.get_or_create(venue=instance)


@receiver(pre_save, sender=Category)
@receiver(pre_save, sender=Option)
@receiver(pre_save, sender=Product)
@receiver(pre_save, sender=ProductOptionGroup)
@receiver(pre_save, sender=VenueProduct)
@receiver(pre_save, sender=VenueCategory)
@receiver(pre_save, sender=ScheduledChange)
def take_owner_from_parent(sender: type[Any], instance: Any, **kwargs: Any) -> None:
    parent = instance.thing if isinstance(instance, ScheduledChange) else getattr(instance, _PARENTS[sender])
    instance.operator_id = parent.operator_id
    if isinstance(instance, Category | Option):
        instance.clean()
    elif isinstance(instance, Product):
        instance.category_whose = instance.category.whose


_PARENTS: dict[type[Any], str] = {
    Category: "menu",
    Option: "group",
    Product: "category",
    ProductOptionGroup: "product",
    VenueProduct: "product",
    VenueCategory: "category",
}


def venues_of(instance: Any) -> set[int]:
    """The ids of the venues that this row of a menu is for: those that use the menu, or the one whose own it is."""
    if isinstance(instance, Venue):
        return {instance.pk}
    if isinstance(instance, VenueProduct | VenueCategory | OpeningHours | OpeningException):
        return {instance.venue_id}
    if isinstance(instance, Menu):
        return _ids(Q(menu=instance.pk))
    if isinstance(instance, Category | Product) and instance.venue_id is not None:
        return {instance.venue_id}
    if isinstance(instance, Category):
        return _ids(Q(menu=instance.menu_id))
    if isinstance(instance, Product):
        return _ids(Q(menu=instance.category.menu_id))
    if isinstance(instance, ProductAllergen | ProductOptionGroup):
        return venues_of(instance.product)
    return _offering(instance.group_id if isinstance(instance, Option) else instance.pk)


def _offering(group_id: int | None) -> set[int]:
    """The venues with a product that offers this group of options."""
    offered = Product.objects.filter(group_links__group=group_id)
    shared = offered.filter(venue=None).values("category__menu")
    return _ids(Q(menu__in=shared) | Q(pk__in=offered.filter(venue__isnull=False).values("venue")))


def _ids(which: Q) -> set[int]:
    return set(Venue.objects.filter(which).values_list("pk", flat=True))


def tell_in_one_word(venue_ids: Iterable[int]) -> None:
    """Within `changing_together`: that these venues' menus are others now, by rows that were not saved one by one."""
    kept = _together.get()
    assert kept is not None
    kept.update(venue_ids)


def _tell(sender: type[Any], venue_ids: set[int]) -> None:
    kept = _together.get()
    if kept is not None:
        kept.update(venue_ids)
    else:
        menu_changed.send(sender=sender, venue_ids=sorted(venue_ids))


def tell_menu_changing(sender: type[Any], instance: Any, **kwargs: Any) -> None:
    """Before the row is written: who sells it as it stands is told too, for after a move or a deletion nobody knows."""
    if kwargs.get("raw") or (isinstance(instance, Venue) and instance.pk is None):
        return
    before = set()
    if kwargs["signal"] is pre_delete:
        before = venues_of(instance)
    elif isinstance(instance, Category | Product) and instance.pk is not None:
        stored = sender._default_manager.filter(pk=instance.pk).first()
        before = venues_of(stored) if stored is not None else set()
    instance._sold_before_at = before
    if _together.get() is None:
        menu_changing.send(sender=sender, venue_ids=sorted(before | venues_of(instance)))


def tell_menu_changed(sender: type[Any], instance: Any, **kwargs: Any) -> None:
    if not kwargs.get("raw"):
        now = venues_of(instance) if kwargs["signal"] is post_save else set()
        _tell(sender, now | getattr(instance, "_sold_before_at", set()))


for _model in (
    Venue,
    Menu,
    Category,
    Product,
    ProductAllergen,
    ProductOptionGroup,
    OptionGroup,
    Option,
    VenueProduct,
    VenueCategory,
    OpeningHours,
    OpeningException,
):
    pre_save.connect(tell_menu_changing, sender=_model)
    post_save.connect(tell_menu_changed, sender=_model)
    if _model is not Venue:
        pre_delete.connect(tell_menu_changing, sender=_model)
        post_delete.connect(tell_menu_changed, sender=_model)
