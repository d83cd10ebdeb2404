"""A venue's effective menu as the REST API shows it: plain values, money as texts, times as ISO 8601 in UTC.

The same at the same version and the same answer of the clock, byte for byte, so that its hash is a good ETag.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from venues.catalogue import AllergenItem, Catalogue, CategoryItem, GroupItem, OptionItem, ProductItem
from venues.combos import allergens_whatever_is_chosen, diets_whatever_is_chosen
from venues.hours import within_times
from venues.models import Allergen, AllergenState
from venues.status_words import own_status_words

# What a page that has the menu's words needs no more in order to take orders from it.
_WORDS = frozenset({"description", "picture", "picture_alt", "diets", "allergens"})


def menu_of(catalogue: Catalogue, now: dt.datetime, *, words: bool = True) -> dict[str, Any]:
    """What the venue sells at `now`, with everything that a guest may be told before ordering; or without `words`."""
    venue = catalogue.venue
    takes_orders, changes_at = catalogue.hours.takes_orders(now)
    paused = catalogue.paused(now)
    return {
        "venue": {
            "id": str(venue.pk),
            "name": venue.name,
            "timezone": venue.timezone,
            "currency": venue.currency,
            "colour": venue.colour,
            "pay_sentence": venue.pay_sentence,
            "table_opening": venue.table_opening,
            "takes_to_go": venue.takes_to_go,
            "status_words": own_status_words(venue),
        },
        "menu_version": catalogue.version,
        "open": takes_orders,
        "changes_at": _moment(changes_at),
        "paused": {"until": _moment(venue.paused_until), "reason": venue.pause_reason} if paused else None,
        "caps": {
            "max_quantity": venue.max_quantity,
            "max_items": venue.max_items,
            "max_open_per_table": venue.max_open_per_table,
        },
        "categories": [_category(category, catalogue, now, words) for category in catalogue.categories],
    }


def _category(category: CategoryItem, catalogue: Catalogue, now: dt.datetime, words: bool) -> dict[str, Any]:
    local = now.astimezone(catalogue.zone).time()
    return {
        "id": str(category.id),
        "name": category.name,
        "note": category.note,
        "served_from": _time(category.served_from),
        "served_until": _time(category.served_until),
        "served_now": within_times(local, category.served_from, category.served_until),
        "products": [_product(product, catalogue, now, words) for product in category.products],
    }


def _product(product: ProductItem, catalogue: Catalogue, now: dt.datetime, words: bool) -> dict[str, Any]:
    sold_out = product.sold_out_until if product.sold_out_until is not None and now < product.sold_out_until else None
    whole = {
        "id": str(product.id),
        "name": product.name,
        "description": product.description,
        "price": str(product.price),
        "picture": product.picture or None,
        "picture_alt": product.picture_alt,
        "diets": list(diets_whatever_is_chosen(product)),
        "age_restricted": product.age_restricted,
        "allergens": allergens_of(allergens_whatever_is_chosen(product)),
        "on_sale": product.on_sale(now, catalogue.zone),
        "sold_out_until": _moment(sold_out),
        "option_groups": [_group(group, catalogue, now, words) for group in product.groups],
    }
    return whole if words else {key: value for key, value in whole.items() if key not in _WORDS}


def allergens_of(known: Iterable[AllergenItem]) -> list[dict[str, str]]:
    """All 14, in one order; what nobody has said is not confirmed, never free."""
    by_name = {item.allergen: item for item in known}
    return [
        {"allergen": name, "state": by_name[name].state, "detail": by_name[name].detail}
        if name in by_name
        else {"allergen": name, "state": str(AllergenState.NOT_CONFIRMED), "detail": ""}
        for name in Allergen.values
    ]


def _group(group: GroupItem, catalogue: Catalogue, now: dt.datetime, words: bool) -> dict[str, Any]:
    return {
        "id": str(group.id),
        "name": group.name,
        "minimum": group.minimum,
        "maximum": group.maximum,
        "options": [_option(option, catalogue, now, words) for option in group.options],
    }


def _option(option: OptionItem, catalogue: Catalogue, now: dt.datetime, words: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": str(option.id),
        "name": option.name,
        "price": str(option.price),
        "available": option.on_sale(now, catalogue.zone),
    }
    if (part := option.part) is not None:
        shown["product"] = {"id": str(part.id), "age_restricted": part.age_restricted}
        if words:
            shown["product"] |= {"diets": list(part.diets), "allergens": allergens_of(part.allergens)}
    return shown


def _moment(at: dt.datetime | None) -> str | None:
    return None if at is None else at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def _time(at: dt.time | None) -> str | None:
    return None if at is None else f"{at:%H:%M}"
