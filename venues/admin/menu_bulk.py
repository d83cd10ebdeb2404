"""Many rows of a venue's menu at once: what is asked, and what it would make of each."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict

from venues.admin.menu_answers import amount
from venues.admin.menu_shown import value_words
from venues.differences import key_of
from venues.price_changes import STEPS, PriceChange
from venues.sale import HOUR, TODAY, UNTIL_TOLD
from venues.venue_menu import ON_SALE, ProductRow, ProductValues, VenueMenu

UP, DOWN, RESET = "up", "down", "reset"
CHOSEN, SHOWN_NOW = "chosen", "shown"
WORDS = {
    UP: "Price up",
    DOWN: "Price down",
    ON_SALE: "On sale",
    HOUR: "Not for 1 hour",
    TODAY: "Not today",
    UNTIL_TOLD: "Not until told",
    RESET: "All as shared",
}


@dataclass(frozen=True, slots=True)
class Planned:
    """A row before and after; without `wanted`, why not. `fields` are the values that would change."""

    row: ProductRow
    wanted: ProductValues | None
    why: str = ""

    @property
    def key(self) -> str:
        return key_of(self.row)

    @property
    def fields(self) -> list[tuple[str, str, str, str]]:
        """Name in the form, value, and in words what it was and what it would be."""
        here, shared, wanted = self.row.here, self.row.shared, self.wanted
        assert wanted is not None
        found = []
        for name in ("price", "sale", "stock", "position"):
            was, new = getattr(here, name), getattr(wanted, name)
            if was != new:
                back = getattr(shared, name) if name in ("price", "position") else ""
                found.append((f"{self.key}-{name}", new, _words(name, was, back), _words(name, new, back)))
        return found


class BulkForm(forms.Form):
    """Which rows, and what is to become of them."""

    what = forms.ChoiceField(label="What", choices=list(WORDS.items()))
    by = forms.CharField(label="By", required=False, max_length=12)
    unit = forms.ChoiceField(label="In", choices=[("percent", "%"), ("amount", "an amount")], required=False)
    round = forms.TypedChoiceField(
        label="Rounded to",
        choices=list(STEPS.items()),
        coerce=int,
    )
    which = forms.ChoiceField(label="Which products")

    def __init__(self, data: QueryDict | None, menu: VenueMenu) -> None:
        super().__init__(data, auto_id="bulk-%s", label_suffix="", initial={"unit": "percent", "round": "5"})
        self._menu = menu
        which = forms.ChoiceField(
            label="Which products",
            choices=[
                (CHOSEN, "Those that are ticked"),
                (SHOWN_NOW, "All that are listed"),
                *((key_of(one), f"All of {one.category.name}") for one in menu.categories if one.products),
            ],
        )
        self.fields["which"] = which

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("what") in (UP, DOWN):
            by = amount(cleaned.get("by", "").removesuffix("%"))
            if by is None or not by:
                self.add_error("by", "By how much? A number such as 5 or 0.20.")
            elif cleaned.get("unit") == "percent" and by > 100:
                self.add_error("by", "At most 100 %.")
            cleaned["change"] = by
        return cleaned

    def planned(self, listed: Iterable[ProductRow], chosen: Iterable[str]) -> list[Planned]:
        """What would become of each row that is meant; those that stay as they are too."""
        which, ticked = self.cleaned_data["which"], set(chosen)
        if which == CHOSEN:
            rows = [row for row in self._menu.products() if str(row.product.pk) in ticked]
        elif which == SHOWN_NOW:
            rows = list(listed)
        else:
            rows = [row for one in self._menu.categories if key_of(one) == which for row in one.products]
        return [self._plan(row) for row in rows]

    def _plan(self, row: ProductRow) -> Planned:
        what, here = self.cleaned_data["what"], row.here
        if what == RESET:
            kept = {"price": here.price, "position": here.position} if row.own else {}
            return Planned(row, replace(ProductValues(), **kept))
        if what not in (UP, DOWN):
            return Planned(row, replace(here, sale=what))
        by: Decimal = self.cleaned_data["change"]
        percent = self.cleaned_data["unit"] != "amount"
        new = PriceChange(by if what == UP else -by, percent, self.cleaned_data["round"]).of(Decimal(row.price))
        if new is None:
            return Planned(row, None, f"{row.price} is less than that: no price is below zero.")
        price = f"{new:.2f}"
        return Planned(row, replace(here, price="" if price == row.shared.price and not row.own else price))


def _words(name: str, value: str, shared: str) -> str:
    if value or name == "sale":
        return value_words(value)
    return f"{shared} (shared)" if shared else "not counted"
