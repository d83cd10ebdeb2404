"""Changes of the menu that are planned: a price, or whether a product is had, from a moment on or between two."""

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from venues.constraints import SameOwner
from venues.models.menu import NOT_NEGATIVE, Category, Product
from venues.models.menu import PRICE as MONEY
from venues.models.people import Operator, User
from venues.models.places import Venue
from venues.price_changes import STEPS

PERCENT: dict[str, Any] = {"max_digits": 5, "decimal_places": 2}


class ScheduledChange(models.Model):
    """One value of one product, or of all in a category, for all venues of the menu or at one. After `ends_at` the
    former value is back.

    A category's prices go up or down by `percent`, each rounded to `step` pence.
    """

    PRICE, AVAILABLE, ACTIVE = "price", "available", "active"
    PLANNED, APPLIED, ENDED, FAILED, WITHDRAWN = "planned", "applied", "ended", "failed", "withdrawn"
    STATES = (PLANNED, APPLIED, ENDED, FAILED, WITHDRAWN)

    operator = models.ForeignKey(Operator, on_delete=models.CASCADE, editable=False, related_name="+")
    product = models.ForeignKey(
        Product, null=True, blank=True, on_delete=models.CASCADE, db_constraint=False, related_name="planned_changes"
    )
    category = models.ForeignKey(
        Category,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        db_constraint=False,
        related_name="planned_changes",
        help_text="In place of one product: all that is in it when the change begins.",
    )
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
    percent = models.DecimalField(
        "percent",
        **PERCENT,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(-100)), MaxValueValidator(Decimal(900))],
        help_text="Of a category's prices: -20 is 20 % off, 5 is 5 % more.",
    )
    step = models.PositiveSmallIntegerField("rounded to", choices=STEPS, default=1, db_default=1)
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
                condition=Q(
                    what="price", product__isnull=False, price__gte=0, price__isnull=False, percent=None, on=None
                )
                | Q(
                    what="price",
                    category__isnull=False,
                    price=None,
                    percent__gte=-100,
                    percent__lte=900,
                    percent__isnull=False,
                    on=None,
                )
                | Q(what="available", on__isnull=False, price=None, percent=None, venue__isnull=False)
                | Q(what="active", on__isnull=False, price=None, percent=None, venue=None),
                name="change_is_of_one_value",
            ),
            models.CheckConstraint(
                condition=Q(product__isnull=False, category=None) | Q(product=None, category__isnull=False),
                name="change_of_a_product_or_a_category",
            ),
            models.CheckConstraint(condition=Q(step__in=[*STEPS]), name="change_step"),
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
            SameOwner(owner="operator", thing="category", to="venues.Category", name="change_category_of_operator"),
            models.UniqueConstraint(fields=["operator", "id"], name="change_operator_id"),
        ]

    def __str__(self) -> str:
        where = f" at {self.venue}" if self.venue_id is not None else ""
        return f"{self.thing}{where}: {self.value_in_words}"

    @property
    def thing(self) -> Product | Category:
        """What it is of."""
        found = self.category if self.product is None else self.product
        assert found is not None
        return found

    @property
    def section(self) -> Category:
        """The category, or the one in which its product is now."""
        return self.thing if isinstance(self.thing, Category) else self.thing.category

    @property
    def value_in_words(self) -> str:
        if self.what != self.PRICE:
            return f"{'' if self.on else 'not '}{self.what}"
        if self.percent is None:
            return f"price {self.price}"
        way = "down" if self.percent < 0 else "up"
        return f"prices {way} by {abs(self.percent).normalize():f} %"


class ChangedProduct(models.Model):
    """What a category's change has to take back of one product: the row's own value before, and the price that it was
    left with. Kept while the change is at work."""

    operator = models.ForeignKey(Operator, on_delete=models.CASCADE, related_name="+")
    change = models.ForeignKey(ScheduledChange, on_delete=models.CASCADE, db_constraint=False, related_name="changed")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, db_constraint=False, related_name="+")
    former_price = models.DecimalField(**MONEY, null=True)
    former_on = models.BooleanField(null=True)
    price = models.DecimalField(**MONEY, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["change", "product"], name="changed_once"),
            SameOwner(owner="operator", thing="change", to="venues.ScheduledChange", name="changed_by_operators_own"),
            SameOwner(owner="operator", thing="product", to="venues.Product", name="changed_product_of_operator"),
        ]

    def __str__(self) -> str:
        return f"{self.product} by {self.change}"
