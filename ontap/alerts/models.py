"""The rows of alerts."""

import uuid

from django.db import models
from django.db.models import Q

from venues.constraints import SameOwner
from venues.models import Operator, User, Venue

KINDS = {
    "orders_at_risk": "Orders wait, and no board is open",
    "orders_unanswered": "Orders unanswered",
    "history_at_risk": "History at risk",
    "agent_silent": "Agent silent",
    "agent_contested": "Two agents with one token",
    "gateway_silent": "Gateway not reached",
    "token_refused": "Gateway refuses our token",
    "no_board": "No board open",
}
EVENTS = ("opened", "over", "test")
STATES = ("planned", "sending", "done", "failed", "dead")
WAITING = ("planned", "failed")  # to be tried, or tried again


class Alert(models.Model):
    """One trouble of one venue, from when it was found until it was over. Its id is stable: receivers know it by it."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, db_index=False, related_name="alerts")
    kind = models.CharField(max_length=20, choices=KINDS)
    what = models.CharField(max_length=300, help_text="What is so.")
    todo = models.CharField("what to do", max_length=300, blank=True)
    since = models.DateTimeField(help_text="When the trouble began.")
    opened_at = models.DateTimeField(help_text="When it was found.")
    gone_at = models.DateTimeField(null=True, help_text="Not found any more since then; over once that lasts.")
    over_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True, help_text="When it was handed over for sending.")
    over_told_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["venue", "kind", "told_at"], name="alert_told"),
            models.Index(fields=["over_at"], name="alert_over"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["venue", "kind"], condition=Q(over_at=None), name="alert_one_open"),
            models.CheckConstraint(condition=Q(kind__in=list(KINDS)), name="alert_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.venue}"


class AlertTarget(models.Model):
    """Who is told of alerts: an e-mail address or a webhook, for all venues of an operator or for one.

    A webhook's secret is not stored: it is derived from SECRET_KEY, this row's id and `secret_version`.
    """

    operator = models.ForeignKey(Operator, on_delete=models.CASCADE, related_name="+")
    venue = models.ForeignKey(
        Venue, null=True, blank=True, on_delete=models.CASCADE, db_constraint=False, related_name="+"
    )
    way = models.CharField(max_length=7, choices={"mail": "E-mail", "webhook": "Webhook"})
    address = models.CharField(max_length=300, help_text="An e-mail address, or an https address for a webhook.")
    active = models.BooleanField(default=True, help_text="Told of alerts; otherwise kept, and told of nothing.")
    secret_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "alert target"
        constraints = [
            models.CheckConstraint(condition=Q(way__in=["mail", "webhook"]), name="target_way"),
            models.UniqueConstraint(fields=["venue", "way", "address"], name="target_once_of_venue"),
            models.UniqueConstraint(
                fields=["operator", "way", "address"], condition=Q(venue=None), name="target_once_of_operator"
            ),
            SameOwner(owner="operator", thing="venue", to="venues.Venue", name="target_venue_of_operator"),
        ]

    def __str__(self) -> str:
        return self.address


class AlertDelivery(models.Model):
    """One thing to tell one target, and how that went. `id` is what a receiver sees, the same over all attempts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    target = models.ForeignKey(AlertTarget, on_delete=models.CASCADE, related_name="deliveries")
    alert = models.ForeignKey(Alert, null=True, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=6)
    state = models.CharField(max_length=7, choices={state: state for state in STATES}, default="planned")
    planned_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, help_text="Until then a worker is at it.")
    detail = models.CharField(max_length=200, blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_try_at"], condition=~Q(state__in=["done", "dead"]), name="delivery_due"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "alert", "event"], condition=Q(alert__isnull=False), name="delivery_once"
            ),
            models.CheckConstraint(condition=Q(event__in=EVENTS), name="delivery_event"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="delivery_state"),
            models.CheckConstraint(condition=Q(alert__isnull=False) | Q(event="test"), name="delivery_of_alert"),
        ]
