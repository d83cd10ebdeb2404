"""The effective menu in the words of the guest's page: what a phone without JavaScript shows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from venues.catalogue import Catalogue, CategoryItem, GroupItem, ProductItem
from venues.menu import allergens_of
from venues.models import Allergen, AllergenState, Table

SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}
MOST_TAGS = 3


@dataclass(frozen=True, slots=True)
class ShownProduct:
    """One product: `contains` is a sentence, `unknown` what nobody has confirmed, `gone` why it cannot be ordered."""

    id: int
    name: str
    description: str
    price: str
    picture: str
    picture_alt: str
    contains: str
    unknown: tuple[str, ...]
    tags: tuple[str, ...]
    gone: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownSection:
    id: int
    name: str
    note: str
    times: str
    products: tuple[ShownProduct, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence on how things are, before anything is chosen: what is true, and what to do."""

    kind: str
    strong: str
    text: str


def money(amount: Decimal, currency: str) -> str:
    """An amount as people of that currency write it; others by their code."""
    sign = SIGNS.get(currency)
    return f"{sign}{amount:,.2f}" if sign else f"{currency} {amount:,.2f}"


def shown_sections(catalogue: Catalogue, now: datetime) -> tuple[ShownSection, ...]:
    """The sections that have anything in them."""
    return tuple(_section(category, catalogue, now) for category in catalogue.categories if category.products)


def standing_notes(catalogue: Catalogue, table: Table, now: datetime) -> tuple[Note, ...]:
    """Why nothing can be ordered at this moment, if so; at most one."""
    if table.stopped_at is not None:
        return (Note("bad", "Staff have stopped orders from this table.", "Please ask them."),)
    if catalogue.paused(now):
        until = catalogue.venue.paused_until
        assert until is not None
        when = _clock(until, now, catalogue.zone)
        return (
            Note(
                "wait", f"Orders are paused until {when}.", f"{catalogue.venue.pause_reason} You can order at the bar."
            ),
        )
    serving, change = catalogue.hours.takes_orders(now)
    if not serving:
        again = f"Orders are taken again from {_clock(change, now, catalogue.zone)}." if change is not None else ""
        return (Note("wait", "Closed now.", again),)
    return ()


def _section(category: CategoryItem, catalogue: Catalogue, now: datetime) -> ShownSection:
    times = ""
    if category.served_from is not None and category.served_until is not None:
        times = f"From {category.served_from:%H:%M} to {category.served_until:%H:%M}."
    products = tuple(_product(product, catalogue, now) for product in category.products)
    return ShownSection(category.id, category.name, category.note, times, products)


def _product(product: ProductItem, catalogue: Catalogue, now: datetime) -> ShownProduct:
    currency = catalogue.venue.currency
    contains, unknown = _allergens(product)
    tags = [diet.capitalize() for diet in product.diets]
    if product.age_restricted:
        tags.append("18 or over")
    return ShownProduct(
        id=product.id,
        name=product.name,
        description=product.description,
        price=money(product.price, currency),
        picture=product.picture,
        picture_alt=product.picture_alt,
        contains=contains,
        unknown=unknown,
        tags=tuple(tags),
        gone=_gone(product, catalogue, now),
        choices=tuple(_choice(group, currency) for group in product.groups),
    )


def _gone(product: ProductItem, catalogue: Catalogue, now: datetime) -> str:
    """Why it cannot be ordered now; empty where it can."""
    if product.on_sale(now, catalogue.zone):
        return ""
    if product.sold_out_until is not None and now < product.sold_out_until:
        return f"Sold out until {_clock(product.sold_out_until, now, catalogue.zone)}"
    if product.available and product.in_stock and product.served_from is not None:
        return f"From {product.served_from:%H:%M}"
    return "Sold out"


def _allergens(product: ProductItem) -> tuple[str, tuple[str, ...]]:
    """What it contains, in a sentence, and what is not confirmed: that is never passed over, and never called free."""
    by_state: dict[str, list[str]] = {state: [] for state in AllergenState.values}
    for item in allergens_of(product):
        label = Allergen(item["allergen"]).label
        detail = f" ({item['detail']})" if item["detail"] else ""
        by_state[item["state"]].append(label + detail)
    sentences = []
    if by_state[AllergenState.CONTAINS]:
        sentences.append(f"Contains {', '.join(by_state[AllergenState.CONTAINS])}.")
    if by_state[AllergenState.MAY_CONTAIN]:
        sentences.append(f"May contain {', '.join(by_state[AllergenState.MAY_CONTAIN])}.")
    unknown = by_state[AllergenState.NOT_CONFIRMED]
    if len(by_state[AllergenState.FREE]) == len(Allergen):
        return "None of the 14 allergens", ()
    if len(unknown) == len(Allergen):
        return "", ("Allergens: not confirmed",)
    if len(unknown) > MOST_TAGS:
        return " ".join(sentences), ("Other allergens: not confirmed",)
    return " ".join(sentences), tuple(f"{name.capitalize()}: not confirmed" for name in unknown)


def _choice(group: GroupItem, currency: str) -> str:
    """A group of options in one line of text."""
    options = [
        f"{option.name}{f' + {money(option.price, currency)}' if option.price else ''}"
        f"{'' if option.available else ' (sold out)'}"
        for option in group.options
    ]
    return f"{group.name}, {how_many(group.minimum, group.maximum)}: {', '.join(options)}"


def how_many(minimum: int, maximum: int) -> str:
    """How many of a group's options to take."""
    if minimum == maximum:
        return "choose one" if minimum == 1 else f"choose {minimum}"
    return f"up to {maximum}" if minimum == 0 else f"choose {minimum} to {maximum}"


def _clock(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A moment as the venue's clock says it, with the day where that is not today."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    if local.date() == today + timedelta(days=1):
        return f"tomorrow {local:%H:%M}"
    return f"{local:%A %H:%M}" if local.date() < today + timedelta(days=7) else f"{local:%-d %B %H:%M}"
