"""Words of the guest's pages that are the same everywhere: allergens, diets, amounts and moments."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils import dateformat
from django.utils.translation import get_language, get_language_bidi, gettext_lazy
from django.utils.translation import gettext as _

SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}
GERMAN = str.maketrans(".,", ",.")
ALLERGENS = {
    "celery": gettext_lazy("celery"),
    "gluten": gettext_lazy("gluten"),
    "crustaceans": gettext_lazy("crustaceans"),
    "eggs": gettext_lazy("eggs"),
    "fish": gettext_lazy("fish"),
    "lupin": gettext_lazy("lupin"),
    "milk": gettext_lazy("milk"),
    "molluscs": gettext_lazy("molluscs"),
    "mustard": gettext_lazy("mustard"),
    "nuts": gettext_lazy("nuts"),
    "peanuts": gettext_lazy("peanuts"),
    "sesame": gettext_lazy("sesame"),
    "soya": gettext_lazy("soya"),
    "sulphites": gettext_lazy("sulphites"),
}
DIETS = {
    "vegan": gettext_lazy("Vegan"),
    "vegetarian": gettext_lazy("Vegetarian"),
    "halal": gettext_lazy("Halal"),
    "kosher": gettext_lazy("Kosher"),
}


def listed(words: Iterable[str]) -> str:
    """Words as a list within a sentence."""
    return ("، " if get_language_bidi() else ", ").join(words)


def money(amount: Decimal, currency: str) -> str:
    """An amount as people of that currency and language write it; other currencies by their code."""
    sign = SIGNS.get(currency)
    if (get_language() or "").startswith("de"):
        return f"{amount:,.2f}".translate(GERMAN) + f"\N{NO-BREAK SPACE}{sign or currency}"
    return f"{sign}{amount:,.2f}" if sign else f"{currency}\N{NO-BREAK SPACE}{amount:,.2f}"


def clock(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A moment as the venue's clock says it, with the day where that is not today."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    time = f"{local:%H:%M}"
    if local.date() == today:
        return time
    if local.date() == today + timedelta(days=1):
        return _("tomorrow %(time)s") % {"time": time}
    within_a_week = local.date() < today + timedelta(days=7)
    return f"{dateformat.format(local, 'l' if within_a_week else 'j F')} {time}"


def how_many(minimum: int, maximum: int) -> str:
    """How many of a group's options to take."""
    if minimum == maximum:
        return _("choose one") if minimum == 1 else _("choose %(number)s") % {"number": minimum}
    if minimum == 0:
        return _("up to %(number)s") % {"number": maximum}
    return _("choose %(least)s to %(most)s") % {"least": minimum, "most": maximum}
