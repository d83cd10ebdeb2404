"""The effective menu in the words of the guest's page: what a phone without JavaScript shows."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from orders.menu_filter import Wanted
from orders.page_words import ALLERGENS, DIETS, clock, how_many, listed, money
from venues.catalogue import Catalogue, CategoryItem, GroupItem, OptionItem, ProductItem
from venues.combos import (
    Traits,
    allergens_whatever_is_chosen,
    by_choice,
    diets_whatever_is_chosen,
    needs_of,
    traits_of,
    traits_of_option,
)
from venues.menu import allergens_of
from venues.models import Allergen, AllergenState
from venues.pictures import Size, size_of, small_address

MOST_TAGS = 3
EVERYTHING = Wanted()


@dataclass(frozen=True, slots=True)
class Unknown:
    """What nobody has confirmed: of one allergen, or, with an empty `allergen`, of several."""

    allergen: str
    words: str


@dataclass(frozen=True, slots=True)
class ShownPart:
    """An option that is a product, beside others of its group. `traits`: None where it cannot be taken now."""

    id: int
    words: str
    contains: str
    unknown: tuple[Unknown, ...]
    tags: tuple[str, ...]
    traits: Traits | None


@dataclass(frozen=True, slots=True)
class ShownChoice:
    """A group of options in words; of a combo with its parts, of which `least` must be taken."""

    words: str
    least: int = 0
    parts: tuple[ShownPart, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownProduct:
    """One product: `contains` is a sentence, `gone` why it cannot be ordered, `hidden` that it was not asked for."""

    id: int
    name: str
    description: str
    price: str
    picture: str
    picture_alt: str
    size: Size | None
    contains: str
    unknown: tuple[Unknown, ...]
    tags: tuple[str, ...]
    gone: str
    choices: tuple[ShownChoice, ...]
    traits: Traits
    hidden: bool


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section. `age_restricted`: something in it is, and the venue's own note does not say so."""

    id: int
    name: str
    note: str
    times: str
    age_restricted: bool
    products: tuple[ShownProduct, ...]
    hidden: bool


def shown_sections(catalogue: Catalogue, now: datetime, wanted: Wanted = EVERYTHING) -> tuple[ShownSection, ...]:
    """The sections that have anything in them; what is not wanted is there, and hidden."""
    return tuple(_section(category, catalogue, now, wanted) for category in catalogue.categories if category.products)


def _section(category: CategoryItem, catalogue: Catalogue, now: datetime, wanted: Wanted) -> ShownSection:
    times = ""
    if category.served_from is not None and category.served_until is not None:
        times = _("From %(start)s to %(end)s.") % {
            "start": f"{category.served_from:%H:%M}",
            "end": f"{category.served_until:%H:%M}",
        }
    products = tuple(_product(product, catalogue, now, wanted) for product in category.products)
    hidden = all(product.hidden for product in products)
    restricted = any(product.age_restricted for product in category.products) and "18" not in category.note
    return ShownSection(category.id, category.name, category.note, times, restricted, products, hidden)


def _product(product: ProductItem, catalogue: Catalogue, now: datetime, wanted: Wanted) -> ShownProduct:
    currency = catalogue.venue.currency
    traits = traits_of(product)
    contains, unknown = _allergens(product, wanted)
    return ShownProduct(
        id=product.id,
        name=product.name,
        description=product.description,
        price=money(product.price, currency),
        picture=small_address(product.picture) if product.picture else "",
        picture_alt=product.picture_alt,
        size=size_of(product.picture) if product.picture else None,
        contains=contains,
        unknown=unknown,
        tags=_tags(product),
        gone=_gone(product, catalogue, now),
        choices=tuple(_choice(group, catalogue, now, wanted) for group in product.groups),
        traits=traits,
        hidden=not wanted.fits(product, traits, needs_of(product, now, catalogue.zone)),
    )


def _tags(product: ProductItem) -> tuple[str, ...]:
    suits = diets_whatever_is_chosen(product)
    diets = [diet for diet in suits if diet != "vegetarian" or "vegan" not in suits]
    return tuple(str(DIETS[diet]) for diet in diets) + ((_("18 or over"),) if product.age_restricted else ())


def _gone(product: ProductItem, catalogue: Catalogue, now: datetime) -> str:
    """Why it cannot be ordered now; empty where it can."""
    if product.on_sale(now, catalogue.zone):
        return ""
    if product.sold_out_until is not None and now < product.sold_out_until:
        return _("Sold out until %(time)s") % {"time": clock(product.sold_out_until, now, catalogue.zone)}
    if product.sold_out(now, catalogue.zone):
        return _("Sold out")
    return _("From %(time)s") % {"time": f"{product.served_from:%H:%M}"}


def _allergens(product: ProductItem, wanted: Wanted) -> tuple[str, tuple[Unknown, ...]]:
    """What it contains, in a sentence, and what is not confirmed: that is never passed over, and never called free."""
    chosen = by_choice(product)
    by_state: dict[str, list[str]] = {state: [] for state in AllergenState.values}
    for item in allergens_of(allergens_whatever_is_chosen(product)):
        detail = f" ({item['detail']})" if item["detail"] else ""
        if item["allergen"] not in chosen:
            by_state[item["state"]].append(f"{ALLERGENS[item['allergen']]}{detail}")
    if len(by_state[AllergenState.FREE]) == len(Allergen):
        return _("None of the 14 allergens"), ()
    sentences = []
    if by_state[AllergenState.CONTAINS]:
        sentences.append(_("Contains %(allergens)s.") % {"allergens": listed(by_state[AllergenState.CONTAINS])})
    if by_state[AllergenState.MAY_CONTAIN]:
        sentences.append(_("May contain %(allergens)s.") % {"allergens": listed(by_state[AllergenState.MAY_CONTAIN])})
    if chosen:
        names = listed(str(ALLERGENS[name]) for name in chosen)
        sentences.append(_("Depending on the choice: %(allergens)s.") % {"allergens": names})
    return " ".join(sentences), _unknown(traits_of(product).unsure, wanted)


def _unknown(unsure: tuple[str, ...], wanted: Wanted) -> tuple[Unknown, ...]:
    """Each by its name while they are few; beyond that in one, but those that the guest asked about by name still."""
    if len(unsure) <= MOST_TAGS:
        return tuple(map(_not_confirmed, unsure))
    asked = tuple(_not_confirmed(name) for name in unsure if name in wanted.hide)
    whole = _("Allergens: not confirmed") if len(unsure) == len(Allergen) else _("Other allergens: not confirmed")
    return (*asked, Unknown("", whole))


def _not_confirmed(allergen: str) -> Unknown:
    name = capfirst(str(ALLERGENS[allergen]))
    return Unknown(allergen, _("%(allergen)s: not confirmed") % {"allergen": name})


def _choice(group: GroupItem, catalogue: Catalogue, now: datetime, wanted: Wanted) -> ShownChoice:
    """A group of options: in one line of text, or of a combo with what its parts are."""
    words = f"{group.name}, {how_many(group.minimum, group.maximum)}: "
    if any(option.part is not None for option in group.options):
        parts = tuple(_part(option, catalogue, now, wanted) for option in group.options)
        return ShownChoice(words, group.minimum, parts)
    return ShownChoice(words + ", ".join(_option(option, catalogue, now) for option in group.options))


def _part(option: OptionItem, catalogue: Catalogue, now: datetime, wanted: Wanted) -> ShownPart:
    words, part = _option(option, catalogue, now), option.part
    contains, unknown = _allergens(part, wanted) if part is not None else ("", ())
    tags = _tags(part) if part is not None else ()
    traits = traits_of_option(option) if option.on_sale(now, catalogue.zone) else None
    return ShownPart(option.id, words, contains, unknown, tags, traits)


def _option(option: OptionItem, catalogue: Catalogue, now: datetime) -> str:
    price = f" + {money(option.price, catalogue.venue.currency)}" if option.price else ""
    gone = "" if option.on_sale(now, catalogue.zone) else " ({})".format(_("sold out"))
    return f"{option.name}{price}{gone}"
