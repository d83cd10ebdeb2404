"""Groups of options, with the products that some of them are."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest

from venues.admin.history import RememberedAdmin
from venues.admin.lists import InScope
from venues.admin.scopes import groups_changeable, groups_seen, products_seen
from venues.admin.scoping import OneOperatorForm, Rows, ScopedInline, person
from venues.admin.site import site
from venues.models import Option, OptionGroup, User
from venues.parts import parts_offering, why_no_part
from venues.roles import MANAGERS, operators_for

if TYPE_CHECKING:
    _FormSet = forms.BaseInlineFormSet[Any, Any, Any]
else:
    _FormSet = ScopedInline.formset


class OptionForm(OneOperatorForm):
    """Says in words what no option can be, and takes the product's name where none is given."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        product, group = cleaned.get("product"), cleaned.get("group")
        if product is None:
            if not cleaned.get("name") and not self.errors:
                self.add_error("name", "Give it a name, or choose a product.")
            return cleaned
        if not cleaned.get("name") or self._goes_by_its_product():
            cleaned["name"] = product.name
            self.changed_data.append("name")
        if "product" in self.changed_data and (why := why_no_part(product, group)):
            self.add_error("product", why)
        return cleaned

    def _goes_by_its_product(self) -> bool:
        """Whether it has got another product and is called as the one before: nobody has given it a name."""
        was = self.instance.product
        called = was is not None and self.instance.name == was.name
        return called and "product" in self.changed_data and "name" not in self.changed_data


class OptionFormSet(_FormSet):
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        product = form.instance.product
        if product is not None and "product" in form.fields:
            form.fields["product"].widget.known = (str(product.pk), str(product))


class OptionInline(ScopedInline):
    model = Option
    form = OptionForm
    formset = OptionFormSet
    fields = ("product", "name", "price", "position", "available")
    autocomplete_fields = ("product",)

    def scope(self, user: User, rows: Rows) -> Rows:
        return rows.filter(group__in=groups_seen(user))

    def get_queryset(self, request: HttpRequest) -> Rows:
        return super().get_queryset(request).select_related("product")

    def choices(self, request: HttpRequest, field: str, rows: Rows) -> Rows:
        """What they see of products, and what is an option already: whoever sees the group reads its name."""
        groups = groups_seen(person(request))
        if field != "product":
            return rows.filter(pk__in=groups.values("pk"))
        there = Option.objects.filter(group__in=groups, product__isnull=False)
        return rows.filter(Q(pk__in=products_seen(person(request)).values("pk")) | Q(pk__in=there.values("product")))


class OptionGroupForm(OneOperatorForm):
    """A part of a combo asks for nothing itself: the combo's guests would never be asked."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        asks = "minimum" in self.changed_data and cleaned.get("minimum") and self.instance.pk is not None
        if asks and (why := _asking_parts(self.instance)):
            self.add_error("minimum", why)
        return cleaned


def _asking_parts(group: OptionGroup) -> str:
    """Why nothing of this group must be taken; empty where that may be."""
    names = ", ".join(map(str, parts_offering(group)))
    return f"Of combos nobody is asked for this, and {names} is a part of one: keep 0." if names else ""


class OptionGroupAdmin(RememberedAdmin):
    """A choice, by itself: which products offer it stands with them. One whose options are products makes combos."""

    form = OptionGroupForm
    list_display = ("name", "operator", "minimum", "maximum")
    list_filter = (("operator", InScope),)
    list_select_related = ("operator",)
    search_fields = ("name",)
    ordering = ("name", "pk")
    inlines = (OptionInline,)
    fixed = ("operator",)

    def scope(self, user: User, rows: Rows) -> Rows:
        return rows.filter(pk__in=groups_seen(user).values("pk"))

    def changeable(self, user: User, rows: Rows) -> Rows:
        return rows.filter(pk__in=groups_changeable(user).values("pk"))

    def was_seen(self, user: User, versions: Rows) -> Rows:
        return versions.filter(operator__in=operators_for(user, MANAGERS))

    def choices(self, request: HttpRequest, field: str, rows: Rows) -> Rows:
        return rows.filter(pk__in=operators_for(person(request), MANAGERS).values("pk"))

    def faults_of(self, request: HttpRequest, row: Any) -> list[str]:
        why = _asking_parts(row) if row.minimum else ""
        return [why] if why else []


class OfferForm(OneOperatorForm):
    """Which groups a product offers: a part of a combo none of which something must be taken."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        product, group = cleaned.get("product"), cleaned.get("group")
        if not {"product", "group"}.intersection(self.changed_data) or product is None or group is None:
            return cleaned
        if product.pk is not None and group.minimum and (used := Option.objects.filter(product=product).first()):
            raise forms.ValidationError(
                f"{product} is a part of combos, in “{used.group}”, and nobody is asked for “{group}” there."
            )
        return cleaned


site.register(OptionGroup, OptionGroupAdmin)
