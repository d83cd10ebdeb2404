"""Orders and their lines: written by `orders.services` only."""

import uuid

from django.db import models
from django.db.models import Q

from orders.states import OPEN, State
from venues.constraints import SameOwner
from venues.models import Product, Table, TableSession, User, Venue


class Order(models.Model):
    """One order, frozen as it was placed; only its state and what staff do with it change.

    `order_items` and `lines_json` are texts on purpose: they are echoed with their keys in the order they came in,
    which jsonb would not keep. `lines_json` is the frozen part of the version 2 order, so that no reader needs a join.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, db_index=False, related_name="orders")
    table = models.ForeignKey(Table, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    session = models.ForeignKey(
        TableSession, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="orders"
    )
    table_number = models.CharField(max_length=16)
    moved_from = models.CharField(
        max_length=16, null=True, help_text="Number of the table that ordered it, while another is the order's."
    )
    business_date = models.DateField()
    number = models.PositiveIntegerField()

    placed_at = models.DateTimeField()
    placed_seq = models.BigIntegerField(help_text="The event of its placing: what the first ack said.")
    placed_by = models.ForeignKey(
        User,
        null=True,
        on_delete=models.SET_NULL,
        db_index=False,
        related_name="+",
        help_text="The person, where one is known.",
    )
    order_items = models.TextField()
    lines_json = models.TextField()
    content_hash = models.CharField(max_length=32)
    client_order_id = models.CharField(max_length=64, null=True)
    total = models.DecimalField(max_digits=10, decimal_places=2)
    by_staff = models.BooleanField(help_text="Placed at a board, by a person or a device.")
    verified = models.BooleanField()
    first_of_session = models.BooleanField()
    possible_duplicate_of = models.UUIDField(null=True)
    to_go = models.BooleanField(default=False, db_default=False)

    state = models.CharField(max_length=9, default=State.PENDING)
    order_status = models.CharField(max_length=32, default="pending")
    reason = models.CharField(max_length=140, default="", blank=True)
    changed_by = models.CharField(max_length=80, default="", blank=True, help_text="Who made the last change.")
    seq = models.BigIntegerField(help_text="The event that made the order what it is now.")
    accepted_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    # One step back: what held before the last change, and the event that an undo names; null where none may be.
    undo_seq = models.BigIntegerField(null=True)
    undo_until = models.DateTimeField(null=True)
    undo_state = models.CharField(max_length=9, default="")
    undo_status = models.CharField(max_length=32, default="")

    test = models.BooleanField(default=False, db_default=False, help_text="Staff try things out: it is in no report.")
    id_checked = models.BooleanField(default=False, db_default=False)
    lines_done = models.TextField(
        default="[]", db_default="[]", help_text="Which lines are made: a JSON list of their positions from 0."
    )

    alerted_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    paid_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")

    tracker_number = models.CharField(max_length=4, null=True)
    located_table = models.CharField(max_length=16, null=True, help_text="Number of the table where the puck is.")
    location_mismatch = models.BooleanField(default=False)
    tracker_state = models.CharField(max_length=16, default="", blank=True)
    tracker_type = models.CharField(
        max_length=16, default="", db_default="", blank=True, help_text="What the starter made of the puck."
    )

    class Meta:
        indexes = [
            # Not by `state`: PostgreSQL writes all of a row's indexes anew where one of them names what has changed.
            models.Index(fields=["venue", "placed_at"], condition=Q(finished_at=None), name="order_open_of_venue"),
            models.Index(fields=["session", "placed_at"], name="order_of_session"),
            models.Index(fields=["placed_at"], name="order_by_time"),  # the newest, of many venues at once
        ]
        constraints = [
            models.UniqueConstraint(fields=["venue", "business_date", "number"], name="order_number_of_day"),
            models.UniqueConstraint(
                fields=["venue", "client_order_id"],
                condition=Q(client_order_id__isnull=False),
                name="order_client_order_id",
            ),
            models.UniqueConstraint(fields=["venue", "id"], name="order_venue_id"),
            models.CheckConstraint(condition=Q(state__in=State.ALL), name="order_state"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, finished_at=None) | (~Q(state__in=OPEN) & Q(finished_at__isnull=False)),
                name="order_finished_has_time",
            ),
            SameOwner(owner="venue", thing="table", to="venues.Table", name="order_table_of_venue"),
            SameOwner(owner="venue", thing="session", to="venues.TableSession", name="order_session_of_venue"),
        ]

    def __str__(self) -> str:
        return f"{self.number}"


class OrderLine(models.Model):
    """One product of an order; name, price, tax and allergens as they were at that moment."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, db_index=False, related_name="lines")
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey(Product, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")
    name = models.CharField(max_length=80)
    quantity = models.PositiveSmallIntegerField()
    unit_price = models.DecimalField(max_digits=8, decimal_places=2, help_text="With options.")
    tax_rate = models.DecimalField(max_digits=5, decimal_places=2)
    options = models.TextField(default="", blank=True, help_text="Names of the options taken, one a line.")
    note = models.CharField(max_length=140, default="", blank=True)
    allergens = models.TextField(default="", blank=True)
    station = models.CharField(max_length=20, default="", blank=True)
    counted = models.BooleanField(default=False, help_text="The venue counted its stock down for this line.")
    counted_parts = models.TextField(
        default="",
        db_default="",
        blank=True,
        help_text="Products of its options that were counted down too, by id; one that was taken twice is there twice.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="line_quantity"),
            models.UniqueConstraint(fields=["order", "position"], name="line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.name}"
