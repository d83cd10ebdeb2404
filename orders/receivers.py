"""What orders does when a venue's menu or rules change: a new menu version, in the same transaction, told on commit."""

from typing import Any

from django.db import connection
from django.dispatch import receiver

from orders.changes import Notice
from orders.services import publish
from orders.tables import now_in_ms
from venues.models import VenueFeed
from venues.signals import menu_changed, menu_changing


@receiver(menu_changing)
def lock_before_menu_rows(venue_ids: list[int], **kwargs: Any) -> None:
    """Take the venues' locks before the menu's rows: the one lock order of every writer (docs/operations.md)."""
    if connection.in_atomic_block:
        list(VenueFeed.objects.select_for_update(no_key=True).filter(pk__in=venue_ids).order_by("pk"))


@receiver(menu_changed)
def publish_new_menu(venue_ids: list[int], **kwargs: Any) -> None:
    # A venue that is being deleted has no feed any more, and nobody to tell.
    for venue_id in VenueFeed.objects.filter(pk__in=venue_ids).order_by("pk").values_list("pk", flat=True):
        publish(Notice(venue_id, now_in_ms(), "menu", "", {}, menu=True))
