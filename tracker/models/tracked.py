"""Every order that a venue's gateway had, joined to one of ours or not."""

from django.db import models
from django.db.models import Q

from orders.models import Order
from venues.constraints import SameOwner
from venues.models import Venue


class TrackedOrder(models.Model):
    """One order of the gateway, by its uuid: a puck's number is used again as soon as its order is cleared.

    Times are on our clock, as the agent saw it happen, or as the gateway's history tells where it was not seen. Words
    of the gateway are kept as they came; `table_number` is the table that had the tag when the puck was put there.
    """

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, db_index=False, related_name="tracked_orders")
    uuid = models.UUIDField()
    name = models.CharField("puck", max_length=32, blank=True)
    type = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=100, blank=True)
    tag = models.CharField(max_length=32, blank=True)
    paged = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    located_at = models.DateTimeField(null=True, blank=True)  # when it was first put on a tag
    moved_at = models.DateTimeField(null=True, blank=True)  # and last
    paged_at = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)
    table_number = models.CharField("table", max_length=16, blank=True, default="", db_default="")

    # Of the order of ours that it was joined to, and kept for as long as this row is: figures need no order.
    order_placed_at = models.DateTimeField(null=True, blank=True)
    order_accepted_at = models.DateTimeField(null=True, blank=True)
    order_ready_at = models.DateTimeField(null=True, blank=True)
    order_completed_at = models.DateTimeField(null=True, blank=True)
    order_table = models.CharField(max_length=16, blank=True, default="", db_default="")  # the code's
    order = models.ForeignKey(
        Order, null=True, blank=True, on_delete=models.SET_NULL, db_constraint=False, related_name="tracked_orders"
    )

    class Meta:
        verbose_name = "tracked order"
        indexes = [
            models.Index(fields=["venue", "name"], condition=Q(cleared_at=None), name="tracked_active"),
            models.Index(fields=["venue", "started_at"], name="tracked_of_venue"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["venue", "uuid"], name="tracked_once"),
            SameOwner(owner="venue", thing="order", to="orders.Order", name="tracked_order_of_venue"),
        ]

    def __str__(self) -> str:
        return f"puck {self.name}"
