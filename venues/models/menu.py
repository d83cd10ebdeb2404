"""The menu: what an operator sells, and where a venue differs."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from venues.constraints import SameOwner
from venues.history import History
from venues.models.people import Operator, User
from venues.models.places import Venue
from venues.pictures import PictureField

PRICE: dict[str, Any] = {"max_digits": 8, "decimal_places": 2}
NOT_NEGATIVE = [MinValueValidator(Decimal(0))]
SHARED = 0
"""In place of a venue's id in keys that say whose a row is: no foreign key looks at a null."""


def _whose(venue: str, key: str) -> Q:
    """That `key` says the same as `venue`, which may be null."""
    return Q(**{venue: None, key: SHARED}) | Q(**{f"{venue}__isnull": False, key: F(venue)})


class Menu(models.Model):
    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="menus")
    name = models.CharField(max_length=60)

    history = History()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operator", "name"], name="menu_name_of_operator"),
            models.UniqueConstraint(fields=["operator", "id"], name="menu_operator_id"),
        ]

    def __str__(self) -> str:
        return self.name


class Category(models.Model):
    """A section of a menu, where wanted only at some times of day, and the station that makes it.

    With a `venue` it is that venue's own, beside what all venues of the menu share. `whose` is that venue's id again,
    or SHARED, for products to point to.
    """

    operator = models.ForeignKey(Operator, on_delete=models.CASCADE, editable=False, related_name="+")
    menu = models.ForeignKey(Menu, on_delete=models.CASCADE, db_constraint=False, related_name="categories")
    venue = models.ForeignKey(
        Venue,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        db_constraint=False,
        related_name="own_categories",
        help_text="Empty: shared by all venues of the menu. A venue: its own, at no other venue.",
    )
    whose = models.BigIntegerField(default=SHARED, db_default=SHARED, editable=False)
    name = models.CharField(max_length=60)
    note = models.CharField(max_length=140, blank=True)
    station = models.CharField(max_length=20, default="bar", help_text="Who makes it: bar, kitchen, ...")
    position = models.PositiveSmallIntegerField(default=0)
    served_from = models.TimeField(null=True, blank=True)
    served_until = models.TimeField(null=True, blank=True)

    history = History()

    class Meta:
        verbose_name_plural = "categories"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["menu", "whose", "name"],
                name="category_name_of_menu_and_venue",
                violation_error_message="The menu has a category of this name already.",
            ),
            models.UniqueConstraint(fields=["operator", "id"], name="category_operator_id"),
            models.UniqueConstraint(fields=["whose", "id"], name="category_whose_id"),
            models.CheckConstraint(condition=_whose("venue", "whose"), name="category_whose"),
            models.CheckConstraint(
                condition=Q(served_from=None, served_until=None)
                | Q(served_from__isnull=False, served_until__isnull=False),
                name="category_both_times_or_none",
            ),
            SameOwner(owner="operator", thing="menu", to="venues.Menu", name="category_menu_of_operator"),
            SameOwner(owner="operator", thing="venue", to="venues.Venue", name="category_venue_of_operator"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.whose = self.venue_id or SHARED


class OptionGroup(models.Model):
    """A choice within a product: take at least `minimum`, at most `maximum` of its options."""

    operator = models.ForeignKey(Operator, on_delete=models.CASCADE, related_name="option_groups")
    name = models.CharField(max_length=60)
    minimum = models.PositiveSmallIntegerField(default=0)
    maximum = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])

    history = History()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operator", "id"], name="option_group_operator_id"),
            models.CheckConstraint(condition=Q(minimum__lte=F("maximum"), maximum__gte=1), name="option_group_min_max"),
        ]

    def __str__(self) -> str:
        return self.name


class Option(models.Model):
    """What may be taken of a group. With a `product` guests get that product, and who offers the group is a combo.

    `operator` is there for the database, which keeps the product within the operator; an option without a product may
    do without.
    """

    operator = models.ForeignKey(Operator, null=True, on_delete=models.CASCADE, editable=False, related_name="+")
    group = models.ForeignKey(OptionGroup, on_delete=models.CASCADE, related_name="options")
    # Restricted: a choice that guests know would become another, or go, without anybody having said so.
    product = models.ForeignKey(
        "Product",
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        db_constraint=False,
        related_name="as_options",
        help_text="Guests get this product: its stock and what is sold out count here too, and so do its allergens.",
    )
    name = models.CharField(max_length=80, blank=True, help_text="Empty: the product's name.")
    price = models.DecimalField(**PRICE, default=Decimal(0), validators=NOT_NEGATIVE)
    position = models.PositiveSmallIntegerField(default=0)
    available = models.BooleanField(default=True)

    history = History()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["group", "name"], name="option_name_of_group"),
            models.CheckConstraint(condition=Q(price__gte=0), name="option_price"),
            models.CheckConstraint(condition=~Q(name=""), name="option_has_a_name"),
            models.CheckConstraint(
                condition=Q(product=None) | Q(operator__isnull=False), name="option_with_product_has_operator"
            ),
            SameOwner(owner="operator", thing="group", to="venues.OptionGroup", name="option_group_of_operator"),
            SameOwner(owner="operator", thing="product", to="venues.Product", name="option_product_of_operator"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """An option that gets a product takes over whose its group is."""
        if update_fields is not None and "product" in update_fields:
            update_fields = {*update_fields, "operator"}
        super().save(update_fields=update_fields, **kwargs)

    def clean(self) -> None:
        if not self.name and self.product is not None:
            self.name = self.product.name


class Product(models.Model):
    """What is sold. With a `venue` it is that venue's own; in a venue's own category nothing else can be.

    `category_whose` repeats the category's `whose`, so that the database itself can hold the two together.
    """

    operator = models.ForeignKey(Operator, on_delete=models.CASCADE, editable=False, related_name="products")
    # Restricted, not protected: a venue that goes takes its own categories and what is in them along.
    category = models.ForeignKey(Category, on_delete=models.RESTRICT, db_constraint=False, related_name="products")
    category_whose = models.BigIntegerField(default=SHARED, db_default=SHARED, editable=False)
    venue = models.ForeignKey(
        Venue,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        db_constraint=False,
        related_name="own_products",
        help_text="Empty: shared by all venues of the menu. A venue: its own, at no other venue.",
    )
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=200, blank=True)
    price = models.DecimalField(**PRICE, validators=NOT_NEGATIVE)
    tax_rate = models.DecimalField(
        "tax, %",
        max_digits=5,
        decimal_places=2,
        default=Decimal(20),
        validators=[*NOT_NEGATIVE, MaxValueValidator(100)],
    )
    picture = PictureField(blank=True)
    picture_alt = models.CharField("picture in words", max_length=140, blank=True)
    vegan = models.BooleanField(default=False)
    vegetarian = models.BooleanField(default=False)
    halal = models.BooleanField(default=False)
    kosher = models.BooleanField(default=False)
    age_restricted = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)
    option_groups = models.ManyToManyField(OptionGroup, through="ProductOptionGroup", related_name="products")

    history = History()

    class Meta:
        ordering = ["category__position", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["operator", "id"], name="product_operator_id"),
            models.CheckConstraint(condition=Q(price__gte=0), name="product_price"),
            models.CheckConstraint(condition=Q(tax_rate__gte=0, tax_rate__lte=100), name="product_tax_rate"),
            models.CheckConstraint(
                condition=Q(category_whose=SHARED) | Q(venue__isnull=False, category_whose=F("venue")),
                name="product_in_own_category_is_own",
            ),
            SameOwner(owner="operator", thing="category", to="venues.Category", name="product_category_of_operator"),
            SameOwner(owner="operator", thing="venue", to="venues.Venue", name="product_venue_of_operator"),
            SameOwner(
                owner="category_whose",
                thing="category",
                to="venues.Category",
                to_owner="whose",
                name="product_category_whose",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """A product that goes to another category takes over whose that is."""
        if update_fields is not None and "category" in update_fields:
            update_fields = {*update_fields, "category_whose"}
        super().save(update_fields=update_fields, **kwargs)


class ProductOptionGroup(models.Model):
    operator = models.ForeignKey(Operator, on_delete=models.CASCADE, editable=False, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, db_constraint=False, related_name="group_links")
    group = models.ForeignKey(OptionGroup, on_delete=models.CASCADE, db_constraint=False, related_name="product_links")
    position = models.PositiveSmallIntegerField(default=0)

    history = History()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["product", "group"], name="product_group_once"),
            SameOwner(owner="operator", thing="product", to="venues.Product", name="product_group_product"),
            SameOwner(owner="operator", thing="group", to="venues.OptionGroup", name="product_group_group"),
        ]


class Allergen(models.TextChoices):
    """The 14 of EU 1169/2011, Annex II, which UK law keeps."""

    CELERY = "celery", "celery"
    GLUTEN = "gluten", "gluten"
    CRUSTACEANS = "crustaceans", "crustaceans"
    EGGS = "eggs", "eggs"
    FISH = "fish", "fish"
    LUPIN = "lupin", "lupin"
    MILK = "milk", "milk"
    MOLLUSCS = "molluscs", "molluscs"
    MUSTARD = "mustard", "mustard"
    NUTS = "nuts", "nuts"
    PEANUTS = "peanuts", "peanuts"
    SESAME = "sesame", "sesame"
    SOYA = "soya", "soya"
    SULPHITES = "sulphites", "sulphites"


class AllergenState(models.TextChoices):
    CONTAINS = "contains", "contains"
    MAY_CONTAIN = "may_contain", "may contain"
    FREE = "free", "free of it"
    NOT_CONFIRMED = "not_confirmed", "not confirmed"


class ProductAllergen(models.Model):
    """What is known of one allergen in one product. No row is the same as not confirmed."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="allergens")
    allergen = models.CharField(max_length=12, choices=Allergen)
    state = models.CharField(max_length=13, choices=AllergenState, default=AllergenState.NOT_CONFIRMED)
    detail = models.CharField(max_length=60, blank=True, help_text="Such as wheat, barley.")
    confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    history = History()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "allergen"], name="allergen_once_per_product"),
            models.CheckConstraint(condition=Q(allergen__in=Allergen.values), name="allergen_is_one_of_14"),
            models.CheckConstraint(condition=Q(state__in=AllergenState.values), name="allergen_state"),
        ]

    def __str__(self) -> str:
        return f"{self.allergen}: {self.state}"


class VenueProduct(models.Model):
    """Where a venue differs from the shared menu: price, availability, stock, order. No row is no difference."""

    operator = models.ForeignKey(Operator, on_delete=models.CASCADE, editable=False, related_name="+")
    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, db_constraint=False, related_name="differences")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, db_constraint=False, related_name="differences")
    price = models.DecimalField(**PRICE, null=True, blank=True, validators=NOT_NEGATIVE)
    available = models.BooleanField(default=True)
    sold_out_until = models.DateTimeField(null=True, blank=True)
    stock = models.PositiveIntegerField(null=True, blank=True, help_text="Counts down with orders; empty: not counted.")
    position = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Empty: as in the shared menu.")

    history = History("stock")  # orders count it down

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["venue", "product"], name="difference_once"),
            models.CheckConstraint(condition=Q(price=None) | Q(price__gte=0), name="difference_price"),
            models.CheckConstraint(condition=Q(stock=None) | Q(stock__gte=0), name="difference_stock"),
            SameOwner(owner="operator", thing="venue", to="venues.Venue", name="difference_venue_of_operator"),
            SameOwner(owner="operator", thing="product", to="venues.Product", name="difference_product_of_operator"),
        ]

    def __str__(self) -> str:
        return f"{self.product} at {self.venue}"

    @property
    def differs(self) -> bool:
        """Whether it says anything. A row that does not is not kept."""
        pointers = ("id", "operator", "venue", "product")
        values = [one for one in self._meta.concrete_fields if one.name not in pointers]
        return any(getattr(self, one.attname) != one.get_default() for one in values)


class VenueCategory(models.Model):
    """Where a venue shows a section of its menu in another place, or not at all. No row is no difference."""

    operator = models.ForeignKey(Operator, on_delete=models.CASCADE, editable=False, related_name="+")
    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, db_constraint=False, related_name="category_differences")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, db_constraint=False, related_name="differences")
    position = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Empty: as in the shared menu.")
    hidden = models.BooleanField(default=False, help_text="Not shown at this venue; nothing in it can be ordered.")

    class Meta:
        verbose_name_plural = "venue categories"
        constraints = [
            models.UniqueConstraint(fields=["venue", "category"], name="category_difference_once"),
            SameOwner(owner="operator", thing="venue", to="venues.Venue", name="category_difference_venue"),
            SameOwner(owner="operator", thing="category", to="venues.Category", name="category_difference_category"),
        ]

    def __str__(self) -> str:
        return f"{self.category} at {self.venue}"
