"""Products with their allergens and options, and where a venue differs."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.admin import display
from django.db import transaction
from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from venues.admin.history import RememberedAdmin
from venues.admin.lists import InScope
from venues.admin.options import OfferForm
from venues.admin.places import OfVenue
from venues.admin.product_actions import DIETS, ProductActions
from venues.admin.product_filters import AllergensConfirmed
from venues.admin.schedule import ChangeInline
from venues.admin.scopes import (
    categories_seen,
    groups_seen,
    managed_venues,
    menus_seen,
    products_changeable,
    products_seen,
    shared_or_own,
)
from venues.admin.scoping import OneOperatorForm, Rows, ScopedInline, asked_by, person
from venues.admin.site import has_any, site
from venues.admin.whose import why_not
from venues.models import (
    Allergen,
    AllergenState,
    Product,
    ProductAllergen,
    ProductOptionGroup,
    User,
    VenueProduct,
)
from venues.parts import offering, rename_parts, used_in
from venues.pictures import small_address
from venues.signals import changing_together, menu_changing


class _OfProduct:
    def scope(self, user: User, rows: Rows) -> Rows:
        return rows.filter(product__in=products_seen(user))


class AllergenInline(_OfProduct, ScopedInline):
    """All 14, those without a row as not confirmed; who confirmed, and when, is noted by itself."""

    model = ProductAllergen
    template = "admin/venues/product/allergens.html"
    fields = ("allergen", "state", "detail", "confirmed_by", "confirmed_at")
    readonly_fields = ("confirmed_by", "confirmed_at")
    max_num = len(Allergen)
    deletes = False  # not confirmed says the same

    def get_queryset(self, request: HttpRequest) -> Rows:
        return super().get_queryset(request).select_related("confirmed_by").order_by("allergen")

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return len(missing_allergens(obj))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "allergen":
            field.widget = forms.HiddenInput()  # each of the 14 has its row
        return field


class OptionGroupInline(_OfProduct, ScopedInline):
    model = ProductOptionGroup
    form = OfferForm

    def choices(self, request: HttpRequest, field: str, rows: Rows) -> Rows:
        return rows.filter(pk__in=groups_seen(person(request)).values("pk"))


class DifferenceForm(OneOperatorForm):
    """No venue differs in what is another's own."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        product = cleaned.get("product") or (self.instance.product if self.instance.product_id else None)
        venue = cleaned.get("venue") or (self.instance.venue if self.instance.venue_id else None)
        if product is not None and venue is not None and product.venue_id not in (None, venue.pk):
            raise forms.ValidationError(f"{product} is sold at {product.venue} only.")
        return cleaned


class DifferenceInline(OfVenue, ScopedInline):
    """Only this person's venues: another manager's prices are not theirs to see."""

    model = VenueProduct
    form = DifferenceForm
    moving = ("stock",)

    def get_queryset(self, request: HttpRequest) -> Rows:
        return super().get_queryset(request).select_related("venue", "product")


class ProductForm(OneOperatorForm):
    """Says in words what the database refuses: an own category holds its venue's own products alone."""

    asker: User

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        category, venue = cleaned.get("category"), cleaned.get("venue", self.instance.venue)
        if category is None or not {"category", "venue"}.intersection(self.changed_data):
            return cleaned
        if why := why_not(venue, category, self.asker):
            self.add_error("category", why)
        return cleaned


class ProductAdmin(ProductActions, RememberedAdmin):
    """Those that venues share, and each venue's own."""

    form = ProductForm
    list_display = ("thumbnail", "name", "category", "whose", "price", "tax_rate", "diets", "confirmed", "active")
    list_display_links = ("name",)
    list_filter = (
        ("category__menu", InScope),
        ("category", InScope),
        ("venue", InScope),
        "active",
        "age_restricted",
        AllergensConfirmed,
    )
    list_select_related = ("category", "venue")
    search_fields = ("name", "description")
    autocomplete_fields = ("category",)
    fixed = ("venue",)
    readonly_fields = ("picture_now", "part_of")
    inlines = (AllergenInline, OptionGroupInline, DifferenceInline, ChangeInline)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "category",
                    "venue",
                    "name",
                    "description",
                    ("price", "tax_rate"),
                    ("position", "active"),
                    "part_of",
                )
            },
        ),
        ("Picture", {"fields": ("picture_now", "picture", "picture_alt")}),
        ("Diets and age", {"fields": (DIETS[:2], DIETS[2:], "age_restricted")}),
    )

    def get_queryset(self, request: HttpRequest) -> Rows:
        # A count within the row's own query: joined, it would multiply with whatever a filter joins.
        said = ProductAllergen.objects.filter(product=OuterRef("pk")).exclude(state=AllergenState.NOT_CONFIRMED)
        number = said.order_by().values("product").annotate(number=Count("pk")).values("number")
        rows: Rows = super().get_queryset(request).annotate(_confirmed=Coalesce(Subquery(number), 0))
        return rows

    def scope(self, user: User, rows: Rows) -> Rows:
        return rows.filter(pk__in=products_seen(user).values("pk"))

    def changeable(self, user: User, rows: Rows) -> Rows:
        return rows.filter(pk__in=products_changeable(user).values("pk"))

    def was_seen(self, user: User, versions: Rows) -> Rows:
        return versions.filter(shared_or_own(user, "category__menu"))

    def choices(self, request: HttpRequest, field: str, rows: Rows) -> Rows:
        user = person(request)
        return rows.filter(pk__in=(managed_venues(user) if field == "venue" else categories_seen(user)).values("pk"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and has_any(request, menus_seen)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            found.combos_seen = products_seen(person(request))  # another venue's own combos are not theirs to see
        return found

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change=change, form=asked_by(ProductForm, person(request)), **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change or "name" not in form.changed_data:
            super().save_model(request, obj, form, change)
            return
        with changing_together(offering(Product.objects.get(pk=obj.pk)) | offering(obj)):
            super().save_model(request, obj, form, change)
            rename_parts(obj, form.initial["name"])

    @display(description="picture")
    def thumbnail(self, product: Product) -> SafeString | str:
        if not product.picture:
            return "none"
        address = small_address(product.picture.url)
        return format_html(
            '<img src="{}" alt="{}" width="48" height="48" loading="lazy">', address, product.picture_alt
        )

    @display(description="now")
    def picture_now(self, product: Product) -> SafeString | str:
        if not product.picture:
            return "None yet. Guests look longest at what they can see."
        address = small_address(product.picture.url)
        return format_html('<img src="{}" alt="{}" width="240" loading="lazy">', address, product.picture_alt)

    @display(description="part of")
    def part_of(self, product: Product) -> str:
        """The choices in which it can be taken, with the combos that offer them."""
        seen = getattr(product, "combos_seen", Product.objects.none())  # of a new one nobody asks
        used = used_in(product).prefetch_related(Prefetch("group__products", seen.order_by("name"), to_attr="combos"))
        said = [f"“{one.group}” of {', '.join(map(str, one.group.combos)) or 'nothing yet'}" for one in used]
        return "; ".join(said) or "No combo."

    @display(description="whose", ordering="venue")
    def whose(self, product: Product) -> str:
        return f"only {product.venue}" if product.venue is not None else "shared"

    @display(description="diets")
    def diets(self, product: Product) -> str:
        return ", ".join([diet for diet in DIETS if getattr(product, diet)] + ["18 or over"] * product.age_restricted)

    @display(description="allergens confirmed", ordering="_confirmed")
    def confirmed(self, product: Any) -> str:
        return f"{product._confirmed} of {len(Allergen)}"

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        if isinstance(inline, AllergenInline):
            kwargs["initial"] = [{"allergen": allergen} for allergen in missing_allergens(obj)]
        return kwargs

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if formset.model is ProductAllergen:
            for row_form in formset.forms:
                if "state" in row_form.changed_data:
                    _note_confirmed(row_form.instance, person(request))
                    row_form.changed_data += ["confirmed_by", "confirmed_at"]
        elif formset.model is VenueProduct:
            _lock(row_form.instance.venue_id for row_form in formset.forms)
        super().save_formset(request, form, formset, change)


class VenueProductAdmin(OfVenue, RememberedAdmin):
    """Prices, availability, stock and order of one venue, row by row; the menu of a venue has a page of its own."""

    form = DifferenceForm
    list_display = ("product", "venue", "price", "available", "sold_out_until", "stock", "position")
    list_filter = (("venue", InScope), "available")
    list_select_related = ("product", "venue")
    search_fields = ("product__name",)
    ordering = ("product__name", "venue__name", "pk")
    autocomplete_fields = ("product",)
    fixed = ("venue", "product")
    moving = ("stock",)

    def was_seen(self, user: User, versions: Rows) -> Rows:
        return versions.filter(venue__in=managed_venues(user))

    def delete_queryset(self, request: HttpRequest, queryset: Rows) -> None:
        with transaction.atomic():
            _lock(queryset.values_list("venue_id", flat=True))
            super().delete_queryset(request, queryset)


def missing_allergens(product: Product | None) -> list[str]:
    """Those of the 14 about which nobody has said anything yet."""
    said = set(product.allergens.values_list("allergen", flat=True)) if product is not None and product.pk else set()
    return [allergen for allergen in Allergen.values if allergen not in said]


def _lock(venue_ids: Iterable[int | None]) -> None:
    """Announce a change of several venues at once: row by row their locks would be taken in the order of the rows."""
    menu_changing.send(sender=VenueProduct, venue_ids=sorted({pk for pk in venue_ids if pk is not None}))


def _note_confirmed(row: ProductAllergen, by: User) -> None:
    confirmed = row.state != AllergenState.NOT_CONFIRMED
    row.confirmed_by, row.confirmed_at = (by, timezone.now()) if confirmed else (None, None)


site.register(Product, ProductAdmin)
site.register(VenueProduct, VenueProductAdmin)
