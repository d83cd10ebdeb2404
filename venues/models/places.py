"""Venues, their tables and their hours."""

import datetime as dt
import uuid
import zoneinfo
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from venues.constraints import SameOwner
from venues.history import History
from venues.models.people import Operator
from venues.pictures import PictureField
from venues.status_words import validate_status_words

PLAN_COLUMNS, PLAN_ROWS = 20, 16  # as many as a room plan of a hundred tables needs
STATUS_WORDS: dict[str, Any] = {
    "max_length": 140,
    "blank": True,
    "default": "",
    "db_default": "",
    "validators": [validate_status_words],
}


def validate_timezone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"“{name}” is no time zone; take one like Europe/London.")


def validate_table_number(number: str) -> None:
    if number.casefold() == "dashboard":
        raise ValidationError("No table may be called “dashboard”: in the protocol this word means the board.")


class Venue(models.Model):
    """One pub, bar or restaurant, with what its guests and staff can expect of it."""

    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="venues")
    name = models.CharField(max_length=80)
    timezone = models.CharField(max_length=40, default="Europe/London", validators=[validate_timezone])
    currency = models.CharField(max_length=3, default="GBP", validators=[RegexValidator(r"^[A-Z]{3}$")])
    logo = PictureField(blank=True, db_default="", help_text="Stands in the head of the guest's page.")
    colour = models.CharField(max_length=7, default="#7c1d2e", validators=[RegexValidator(r"^#[0-9a-f]{6}$")])
    menu = models.ForeignKey(
        "Menu", null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="venues"
    )
    pay_sentence = models.CharField("how to pay", max_length=140, default="Pay at the bar before you leave.")

    day_starts = models.TimeField(default=dt.time(5), help_text="When a business day begins, local time.")
    last_order_minutes = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(240)], help_text="Last orders this long before closing, minutes."
    )
    paused_until = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=140, blank=True)

    open_tables = models.BooleanField(
        default=False, help_text="Guests may order by the bare address, without the table's code."
    )
    table_opening = models.CharField(
        max_length=5, choices={"scan": "When the code is scanned", "staff": "When staff say yes"}, default="scan"
    )
    slow_after = models.PositiveSmallIntegerField(
        default=5,
        db_default=5,
        validators=[MinValueValidator(1)],
        help_text="From this age on a ticket says slow, minutes.",
    )
    late_after = models.PositiveSmallIntegerField(
        default=10,
        db_default=10,
        validators=[MinValueValidator(2)],
        help_text="From this age on a ticket says late, minutes.",
    )
    alert_after = models.PositiveIntegerField(default=60, help_text="Unanswered order: alert the board, seconds.")
    escalate_after = models.PositiveIntegerField(default=180, help_text="Unanswered order: tell others, seconds.")
    reject_after = models.PositiveIntegerField(default=600, help_text="Unanswered order: reject it, seconds.")
    refuse_without_board = models.BooleanField(
        default=False, help_text="Refuse orders while no board has been online for two minutes."
    )

    tracker_use = models.CharField(
        "Table Tracker",
        max_length=6,
        choices={
            "off": "Not used",
            "pucks": "Guests take a puck and give its number",
            "tables": "No pucks: runners' screens show the table of the guest's code",
        },
        default="off",
    )
    first_own_name = models.PositiveSmallIntegerField(
        "first number of our own",
        default=5000,
        db_default=5000,
        validators=[MinValueValidator(1), MaxValueValidator(9999)],
        help_text="Without pucks, orders stand on the runners' screens under numbers that no puck has.",
    )
    last_own_name = models.PositiveSmallIntegerField(
        "last number of our own",
        default=9999,
        db_default=9999,
        validators=[MinValueValidator(1), MaxValueValidator(9999)],
    )
    puck_returned = models.CharField(
        "when a puck comes back",
        max_length=8,
        choices={"complete": "Its order is complete", "propose": "Ask on the card whether it is"},
        default="propose",
        help_text="Of an order that was accepted. One that nobody has answered yet stays pending.",
    )

    takes_to_go = models.BooleanField(
        "orders to go", default=False, db_default=False, help_text="Guests may say that they take it with them."
    )

    # What guests read of an order's state in place of our own sentence; empty: ours, in the guest's language.
    words_sent = models.CharField("sent", **STATUS_WORDS)
    words_accepted = models.CharField("being made", **STATUS_WORDS)
    words_ready = models.CharField("on its way", **STATUS_WORDS)
    words_to_go = models.CharField("ready, to take away", **STATUS_WORDS)
    words_brought = models.CharField("brought, or collected", **STATUS_WORDS)
    words_rejected = models.CharField("not accepted", **STATUS_WORDS)
    words_cancelled = models.CharField("taken back", **STATUS_WORDS)

    guests_kept_days = models.PositiveSmallIntegerField(
        "days that guests' words are kept",
        default=90,
        db_default=90,
        validators=[MinValueValidator(7), MaxValueValidator(3650)],
        help_text="After so many days notes and reasons are emptied and phones forgotten. Orders and figures stay.",
    )
    guests_emptied_until = models.DateField(
        null=True, editable=False, help_text="Of orders up to this business day nothing of guests is kept any more."
    )

    max_quantity = models.PositiveSmallIntegerField("most of one line", default=50, validators=[MinValueValidator(1)])
    max_items = models.PositiveSmallIntegerField("most of one order", default=200, validators=[MinValueValidator(1)])
    max_open_per_table = models.PositiveSmallIntegerField(
        "most open orders of one table", default=30, validators=[MinValueValidator(1)]
    )
    max_per_minute = models.PositiveIntegerField(
        "most orders in a minute", default=600, validators=[MinValueValidator(1)]
    )

    history = History("paused_until", "pause_reason", "guests_emptied_until")  # of the evening: in the venue's events

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operator", "name"], name="venue_name_of_operator"),
            models.UniqueConstraint(fields=["operator", "id"], name="venue_operator_id"),
            models.CheckConstraint(condition=Q(table_opening__in=["scan", "staff"]), name="venue_table_opening"),
            models.CheckConstraint(
                condition=Q(alert_after__lte=F("escalate_after"), escalate_after__lte=F("reject_after")),
                name="venue_unanswered_in_order",
            ),
            models.CheckConstraint(
                condition=Q(slow_after__gte=1, slow_after__lt=F("late_after")),
                name="venue_slow_before_late",
                violation_error_message="A ticket is slow before it is late.",
            ),
            models.CheckConstraint(condition=Q(tracker_use__in=["off", "pucks", "tables"]), name="venue_tracker_use"),
            models.CheckConstraint(
                condition=Q(first_own_name__gte=1, last_own_name__lte=9999, first_own_name__lt=F("last_own_name")),
                name="venue_own_names",
                violation_error_message="Our own numbers go from 1 to 9999, the first one below the last.",
            ),
            models.CheckConstraint(condition=Q(puck_returned__in=["complete", "propose"]), name="venue_puck_returned"),
            SameOwner(owner="operator", thing="menu", to="venues.Menu", name="venue_menu_of_operator"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.timezone)


class VenueFeed(models.Model):
    """The venue's counters: a row of its own, so that no admin save of the venue can put one back.

    Written by `orders.services` only, under this row's lock. `epoch` changes only by `manage.py new_epoch`.
    """

    venue = models.OneToOneField(Venue, on_delete=models.CASCADE, primary_key=True, related_name="feed")
    epoch = models.UUIDField(default=uuid.uuid4)
    seq = models.BigIntegerField(default=0)
    business_date = models.DateField(default=dt.date.min)
    last_order_number = models.PositiveIntegerField(default=0)
    menu_version = models.BigIntegerField(default=0)


class Table(models.Model):
    """A table with its printed code. The code is computed from id and `code_version`; nothing secret is stored."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="tables")
    number = models.CharField(
        max_length=16,
        validators=[
            validate_table_number,
            RegexValidator(r"^[^\s\x00-\x1f](?:[^\x00-\x1f]*[^\s\x00-\x1f])?$", "Printable characters only."),
        ],
    )
    name = models.CharField(max_length=40, blank=True)
    zone = models.CharField(max_length=40, blank=True)
    tag_number = models.CharField(
        max_length=4, null=True, blank=True, validators=[RegexValidator(r"^[1-9][0-9]{0,3}$", "1 to 4 digits.")]
    )
    code_version = models.PositiveIntegerField(default=1, editable=False)
    stopped_at = models.DateTimeField(null=True, blank=True, editable=False)

    # What is on the table's last sheet: its code's version, where that leads, and which of the keys made it. No secret.
    printed_version = models.PositiveIntegerField(null=True, editable=False)
    printed_at = models.DateTimeField(null=True, editable=False)
    printed_as = models.CharField(max_length=240, default="", db_default="", blank=True, editable=False)

    # Its place on the venue's plan, from the upper left; null where it has none.
    plan_x = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    plan_y = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)

    # Where it stands, and what was printed of it, is of no version.
    history = History("stopped_at", "printed_version", "printed_at", "printed_as", "plan_x", "plan_y")

    class Meta:
        ordering = ["venue", "id"]
        constraints = [
            models.UniqueConstraint(fields=["venue", "number"], name="table_number_of_venue"),
            models.UniqueConstraint(fields=["venue", "tag_number"], name="table_tag_of_venue"),
            models.UniqueConstraint(fields=["venue", "id"], name="table_venue_id"),
            models.CheckConstraint(condition=~Q(number__iexact="dashboard"), name="table_is_no_dashboard"),
            models.UniqueConstraint(fields=["venue", "plan_x", "plan_y"], name="table_place_on_plan"),
            models.CheckConstraint(
                condition=Q(plan_x=None, plan_y=None)
                | Q(plan_x__isnull=False, plan_y__isnull=False, plan_x__lt=PLAN_COLUMNS, plan_y__lt=PLAN_ROWS),
                name="table_on_the_plan",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def counted(self) -> tuple[int, int, str]:
        """A key to sort by as people count."""
        return counted(self.number)


def counted(number: str) -> tuple[int, int, str]:
    """A key to sort table numbers by as people count: 2 before 10, names last."""
    return (0, int(number), "") if number.isdecimal() and number.isascii() else (1, 0, number)


class OpeningHours(models.Model):
    """One opening of a weekday. Closing at or before opening means the next day; both equal is all day."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(
        choices=list(enumerate(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]))
    )
    opens = models.TimeField()
    closes = models.TimeField()

    history = History()

    class Meta:
        verbose_name_plural = "opening hours"
        ordering = ["weekday", "opens"]
        constraints = [
            models.UniqueConstraint(fields=["venue", "weekday", "opens"], name="hours_once"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="hours_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M} to {self.closes:%H:%M}"


class OpeningException(models.Model):
    """A date with other hours than its weekday's; without hours it is closed."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="opening_exceptions")
    date = models.DateField()
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True)
    reason = models.CharField(max_length=80, blank=True)

    history = History()

    class Meta:
        ordering = ["date", "opens"]
        constraints = [
            models.UniqueConstraint(fields=["venue", "date", "opens"], name="exception_once"),
            models.CheckConstraint(
                condition=Q(opens=None, closes=None) | Q(opens__isnull=False, closes__isnull=False),
                name="exception_both_or_none",
            ),
        ]

    def __str__(self) -> str:
        return (
            f"{self.date}: {f'{self.opens:%H:%M} to {self.closes:%H:%M}' if self.opens and self.closes else 'closed'}"
        )
