"""Many products of the list changed at once, after a question that says what would become of them."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin import action
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from venues.admin.scopes import categories_seen
from venues.admin.scoping import Rows, ScopedAdmin, person
from venues.admin.whose import why_not
from venues.models import Category, Product
from venues.signals import changing_together, venues_of

if TYPE_CHECKING:
    _Admin = ScopedAdmin
    _ModelChoice = forms.ModelChoiceField[Category]
else:
    _Admin, _ModelChoice = object, forms.ModelChoiceField

YES_NO = [("yes", "Yes"), ("no", "No")]
DIETS = ("vegan", "vegetarian", "halal", "kosher")


class _Question(forms.Form):
    """What the chosen products are to be."""

    def values(self) -> dict[str, Any]:
        """Field of the product to value."""
        return {name: value == "yes" for name, value in self.cleaned_data.items() if value}


class ActiveQuestion(_Question):
    active = forms.ChoiceField(label="On the menu", choices=YES_NO)


class AgeQuestion(_Question):
    age_restricted = forms.ChoiceField(label="Age-restricted", choices=YES_NO)


class DietsQuestion(_Question):
    """Each of the four; what nobody answers stays."""

    vegan, vegetarian, halal, kosher = (
        forms.ChoiceField(label=diet.capitalize(), choices=[("", "As it is"), *YES_NO], required=False)
        for diet in DIETS
    )


class TaxQuestion(_Question):
    tax_rate = forms.DecimalField(label="Tax, %", min_value=Decimal(0), max_value=100, max_digits=5, decimal_places=2)

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class _CategoryChoice(_ModelChoice):
    """Two menus may have a category of one name."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.menu}: {obj}" + (f" (only {obj.venue})" if obj.venue is not None else "")


class CategoryQuestion(_Question):
    category = _CategoryChoice(label="Category", queryset=Category.objects.none())

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


def _asks(question: type[_Question], words: str) -> Callable[..., Any]:
    @action(description=words, permissions=["change"])
    def act(self: "ProductActions", request: HttpRequest, queryset: Rows) -> HttpResponse | None:
        return self.ask(request, queryset, question, words)

    return act


class ProductActions(_Admin):
    """The list's actions. Each is asked on a page of its own, and told to each venue once."""

    actions = ("set_active", "set_category", "set_tax", "set_diets", "set_age")
    set_active = _asks(ActiveQuestion, "On the menu or off it")
    set_category = _asks(CategoryQuestion, "Move to a category")
    set_tax = _asks(TaxQuestion, "Change the tax rate")
    set_diets = _asks(DietsQuestion, "Change the diets")
    set_age = _asks(AgeQuestion, "Age-restricted or not")

    def ask(self, request: HttpRequest, queryset: Rows, question: type[_Question], words: str) -> HttpResponse | None:
        """The question with the chosen products by name; None once it is done."""
        by = person(request)
        rows = list(self.changeable(by, queryset).select_related("category__menu", "category__venue", "venue"))
        form = question(request.POST if request.POST.get("post") == "yes" else None)
        if isinstance(form, CategoryQuestion):
            choice = form.fields["category"]
            assert isinstance(choice, forms.ModelChoiceField)
            choice.queryset = categories_seen(by).select_related("menu", "venue").order_by("menu", "position", "pk")
        if form.is_bound and form.is_valid() and self._may(request, rows, form):
            changed = _write(rows, form.values())
            self.message_user(request, f"{changed} of {len(rows)} products changed. Guests see it now.")
            return None
        page = {
            **self.admin_site.each_context(request),
            "title": words,
            "opts": self.model._meta,
            "rows": rows,
            "form": form,
            "left_out": queryset.count() - len(rows),
            "box": ACTION_CHECKBOX_NAME,
            "action": request.POST.get("action", ""),
        }
        return render(request, "admin/venues/product/action.html", page)

    def _may(self, request: HttpRequest, rows: list[Product], form: _Question) -> bool:
        category = form.cleaned_data.get("category")
        if category is None:
            return True
        for row in rows:
            if why := why_not(row.venue, category, person(request)):
                form.add_error("category", f"{row}: {why}")
        return not form.errors


def _write(rows: list[Product], values: Mapping[str, Any]) -> int:
    different = [row for row in rows if any(getattr(row, name) != value for name, value in values.items())]
    told = {venue_id for row in different for venue_id in venues_of(row)}
    if different and isinstance(category := values.get("category"), Category):
        told |= venues_of(category)
    with changing_together(told):
        for row in different:
            for name, value in values.items():
                setattr(row, name, value)
            row.save(update_fields=list(values))
    return len(different)
