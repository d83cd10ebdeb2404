"""Rows that come with others, and the word that a menu or a venue's rules changed."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from django.dispatch import Signal, receiver

from venues.models import (
    Category,
    Menu,
    OpeningException,
    OpeningHours,
    Operator,
    Option,
    OptionGroup,
    Product,
    ProductAllergen,
    ProductOptionGroup,
    ScheduledChange,
    Venue,
    VenueFeed,
    VenueProduct,
)

menu_changing = Signal()
"""Sent before the rows of such a change are written, with `venue_ids`, so that locks can be taken in their order."""

menu_changed = Signal()
"""Sent inside the transaction of the change, with `venue_ids`: what these venues sell, or how, is different now."""


_told_at_the_end: ContextVar[bool] = ContextVar("told_at_the_end", default=False)


@contextmanager
def menu_changed_once(sender: type[Any], venue_ids: Iterable[int], told: Callable[[], Iterable[int]]) -> Iterator[None]:
    """One word for all rows that are written inside, within the caller's transaction.

    Locks these venues first, whichever may be concerned; those of them that `told` names hear of it at the end.
    """
    menu_changing.send(sender=sender, venue_ids=sorted(venue_ids))
    token = _told_at_the_end.set(True)
    try:
        yield
    finally:
        _told_at_the_end.reset(token)
    menu_changed.send(sender=sender, venue_ids=sorted(told()))


@receiver(post_save, sender=Venue)
def give_venue_its_feed(instance: Venue, created: bool, **kwargs: Any) -> None:
    if created and not kwargs.get("raw"):
        VenueFeed.objects.get_or_create(venue=instance)


@receiver(pre_save, sender=Category)
@receiver(pre_save, sender=Product)
@receiver(pre_save, sender=ProductOptionGroup)
@receiver(pre_save, sender=VenueProduct)
@receiver(pre_save, sender=ScheduledChange)
def take_owner_from_parent(sender: type[Any], instance: Any, **kwargs: Any) -> None:
    parent = {Category: "menu", Product: "category"}.get(sender, "product")
    instance.operator_id = getattr(instance, parent).operator_id


def _venue_ids(instance: Any) -> list[int]:
    if isinstance(instance, Venue):
        return [instance.pk]
    if isinstance(instance, VenueProduct | OpeningHours | OpeningException):
        return [instance.venue_id]
    operator_id = (
        instance.product.operator_id
        if isinstance(instance, ProductAllergen)
        else instance.group.operator_id
        if isinstance(instance, Option)
        else instance.operator_id
    )
    return list(Operator(pk=operator_id).venues.order_by("pk").values_list("pk", flat=True))


def tell_menu_changed(sender: type[Any], instance: Any, **kwargs: Any) -> None:
    if not kwargs.get("raw") and not _told_at_the_end.get():
        menu_changed.send(sender=sender, venue_ids=_venue_ids(instance))


def tell_menu_changing(sender: type[Any], instance: Any, **kwargs: Any) -> None:
    if kwargs.get("raw") or _told_at_the_end.get():
        return
    if not (isinstance(instance, Venue) and instance.pk is None):
        menu_changing.send(sender=sender, venue_ids=_venue_ids(instance))


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
    OpeningHours,
    OpeningException,
):
    pre_save.connect(tell_menu_changing, sender=_model)
    post_save.connect(tell_menu_changed, sender=_model)
    if _model is not Venue:
        pre_delete.connect(tell_menu_changing, sender=_model)
        post_delete.connect(tell_menu_changed, sender=_model)
