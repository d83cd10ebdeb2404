"""Products with their allergens and options, and where a venue differs."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from venues.admin.history import RememberedAdmin
from venues.admin.lists import InScope
from venues.admin.places import OfVenue
from venues.admin.schedule import ChangeInline
from venues.admin.scopes import groups_seen, managed_venues, menus_changeable, menus_seen, whole_operators
from venues.admin.scoping import Rows, ScopedInline, person
from venues.admin.site import has_any, site
from venues.models import (
    Allergen,
    AllergenState,
    Product,
    ProductAllergen,
    ProductOptionGroup,
    User,
    VenueProduct,
)
from venues.signals import menu_changing


class _OfProduct:
    def scope(self, user: User, rows: Rows) -> Rows:
        return rows.filter(product__category__menu__in=menus_seen(user))


class AllergenInline(_OfProduct, ScopedInline):
    """All 14, those without a row as not confirmed; who confirmed, and when, is noted by itself."""

    model = ProductAllergen
    fields = ("allergen", "state", "detail", "confirmed_by", "confirmed_at")
    readonly_fields = ("confirmed_by", "confirmed_at")
    max_num = len(Allergen)

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return len(missing_allergens(obj))


class OptionGroupInline(_OfProduct, ScopedInline):
    model = ProductOptionGroup

    def choices(self, request: HttpRequest, field: str, rows: Rows) -> Rows:
        return rows.filter(pk__in=groups_seen(person(request)).values("pk"))


class DifferenceInline(OfVenue, ScopedInline):
    """Only this person's venues: another manager's prices are not theirs to see."""

    model = VenueProduct
    moving = ("stock",)

    def get_queryset(self, request: HttpRequest) -> Rows:
        return super().get_queryset(request).select_related("venue", "product")


class ProductAdmin(RememberedAdmin):
    list_display = ("name", "category", "price", "active")
    list_filter = (("category__menu", InScope), ("category", InScope), "active")
    list_select_related = ("category",)
    search_fields = ("name",)
    inlines = (AllergenInline, OptionGroupInline, DifferenceInline, ChangeInline)

    def scope(self, user: User, rows: Rows) -> Rows:
        return rows.filter(category__menu__in=menus_seen(user))

    def changeable(self, user: User, rows: Rows) -> Rows:
        return rows.filter(category__menu__in=menus_changeable(user))

    def was_seen(self, user: User, versions: Rows) -> Rows:
        return versions.filter(Q(operator__in=whole_operators(user)) | Q(category__menu__in=menus_changeable(user)))

    def choices(self, request: HttpRequest, field: str, rows: Rows) -> Rows:
        return rows.filter(menu__in=menus_changeable(person(request)))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and has_any(request, menus_changeable)

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
    """Prices, availability and stock of one venue."""

    list_display = ("product", "venue", "price", "available", "sold_out_until", "stock")
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
