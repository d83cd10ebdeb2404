"""Changes of the menu that are planned: a price, or whether a product is had, from a moment on or between two."""

from django.db import models
from django.db.models import F, Q

from venues.constraints import SameOwner
from venues.models.menu import NOT_NEGATIVE, Product
from venues.models.menu import PRICE as MONEY
from venues.models.people import Operator, User
from venues.models.places import Venue


class ScheduledChange(models.Model):
    """One value of one product, for all venues of its menu or at one. After `ends_at` the former value is back."""

    PRICE, AVAILABLE, ACTIVE = "price", "available", "active"
    PLANNED, APPLIED, ENDED, FAILED, WITHDRAWN = "planned", "applied", "ended", "failed", "withdrawn"
    STATES = (PLANNED, APPLIED, ENDED, FAILED, WITHDRAWN)

    operator = models.ForeignKey(Operator, on_delete=models.CASCADE, editable=False, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, db_constraint=False, related_name="planned_changes")
    venue = models.ForeignKey(
        Venue,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        db_constraint=False,
        related_name="planned_changes",
        help_text="Empty: in the menu itself, for all venues that share it.",
    )
    what = models.CharField(
        max_length=9,
        choices={PRICE: "Price", AVAILABLE: "Available at the venue", ACTIVE: "Active on the menu"},
        default=PRICE,
    )
    price = models.DecimalField(**MONEY, null=True, blank=True, validators=NOT_NEGATIVE)
    on = models.BooleanField(null=True, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    weekly = models.BooleanField(default=False, help_text="The same again seven days later, until it is withdrawn.")
    made_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(editable=False)
    state = models.CharField(max_length=9, choices={s: s for s in STATES}, default=PLANNED, editable=False)
    why = models.CharField(max_length=200, blank=True, editable=False)
    former_price = models.DecimalField(**MONEY, null=True, editable=False)
    former_on = models.BooleanField(null=True, editable=False)

    class Meta:
        verbose_name = "planned change"
        ordering = ["-starts_at", "-id"]
        indexes = [models.Index(fields=["state", "starts_at"], name="change_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(what="price", price__isnull=False, price__gte=0, on=None)
                | Q(what="available", on__isnull=False, price=None, venue__isnull=False)
                | Q(what="active", on__isnull=False, price=None, venue=None),
                name="change_is_of_one_value",
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="change_ends_after_it_starts",
                violation_error_message="It ends after it starts.",
            ),
            models.CheckConstraint(
                condition=Q(weekly=False) | Q(ends_at__isnull=False),
                name="change_weekly_has_an_end",
                violation_error_message="What comes again every week also ends.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "applied", "ended", "failed", "withdrawn"]), name="change_state"
            ),
            SameOwner(owner="operator", thing="venue", to="venues.Venue", name="change_venue_of_operator"),
            SameOwner(owner="operator", thing="product", to="venues.Product", name="change_product_of_operator"),
        ]

    def __str__(self) -> str:
        where = f" at {self.venue}" if self.venue_id is not None else ""
        return f"{self.product}{where}: {self.value_in_words}"

    @property
    def value_in_words(self) -> str:
        if self.what == self.PRICE:
            return f"price {self.price}"
        return f"{'' if self.on else 'not '}{self.what}"
