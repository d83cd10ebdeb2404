"""What a combo is in the words of its parts: allergens, diets and age. Pure, and the one place for these rules.

A combo is a product whose options are products. Once it is chosen, it is of each allergen as bad as the worst of its
own row and of the rows of its parts: only where all of them say “free” is it free, and what one does not confirm nobody
does. It suits a diet that it is said to suit itself, and each part too.

Before anything is chosen the same is said of all that may be chosen: what only some of it contains, the combo may
contain. A guest's filter asks more kindly: whether its own rows fit, and of each group of which something must be taken
enough options that fit and are left.

Options that are no products say nothing: the rows of the product that offers them speak for them.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from venues.catalogue import AllergenItem, OptionItem, ProductItem
from venues.models import Allergen, AllergenState

NOT_CONFIRMED, CONTAINS = str(AllergenState.NOT_CONFIRMED), str(AllergenState.CONTAINS)
MAY_CONTAIN = str(AllergenState.MAY_CONTAIN)
IN_IT = (CONTAINS, MAY_CONTAIN)
_BADNESS = {str(AllergenState.FREE): 0, NOT_CONFIRMED: 1, MAY_CONTAIN: 2, CONTAINS: 3}


@dataclass(frozen=True, slots=True)
class Traits:
    """What a filter goes by: allergens that are or may be in it, those not confirmed, the diets it suits."""

    holds: tuple[str, ...]
    unsure: tuple[str, ...]
    diets: tuple[str, ...]

    def fits(self, hide: Iterable[str], diets: Iterable[str]) -> bool:
        return not set(hide).intersection(self.holds) and set(diets).issubset(self.diets)


@dataclass(frozen=True, slots=True)
class Need:
    """A group of which at least `least` must be taken, of what is left of it."""

    group_id: int
    least: int
    choices: tuple[Traits, ...]

    def fits(self, hide: tuple[str, ...], diets: tuple[str, ...]) -> bool:
        """Whether it can be chosen so that all of it is right in everything that was asked."""
        return not (hide or diets) or sum(choice.fits(hide, diets) for choice in self.choices) >= self.least


def parts_of(options: Iterable[OptionItem]) -> tuple[ProductItem, ...]:
    """The products among these options."""
    return tuple(option.part for option in options if option.part is not None)


def all_parts(product: ProductItem) -> tuple[ProductItem, ...]:
    """Every product that may be chosen in this one; none where it is no combo."""
    return tuple(part for group in product.groups for part in parts_of(group.options))


def age_restricted(product: ProductItem, options: Iterable[OptionItem]) -> bool:
    """Whether somebody looks at an ID before this is handed over."""
    return product.age_restricted or any(part.age_restricted for part in parts_of(options))


def age_restricted_whatever_is_chosen(product: ProductItem) -> bool:
    """Whether there may be something for adults in it, before anybody has said what is taken."""
    return age_restricted(product, (option for group in product.groups for option in group.options))


def diets_of(product: ProductItem) -> tuple[str, ...]:
    """The diets that the product itself suits: what is vegan is vegetarian."""
    diets = product.diets
    return (*diets, "vegetarian") if "vegan" in diets and "vegetarian" not in diets else diets


def diets_whatever_is_chosen(product: ProductItem) -> tuple[str, ...]:
    parts = all_parts(product)
    return tuple(diet for diet in product.diets if all(diet in diets_of(part) for part in parts))


def allergens_taken(product: ProductItem, options: Iterable[OptionItem]) -> tuple[AllergenItem, ...]:
    """Of a product with these options, the worst that any of it says."""
    parts = parts_of(options)
    return _worst((product, *parts)) if parts else product.allergens


def allergens_whatever_is_chosen(product: ProductItem) -> tuple[AllergenItem, ...]:
    """What is so for every choice: “free” is free, and “contains” is in each of them."""
    parts = all_parts(product)
    if not parts:
        return product.allergens
    return tuple(
        item
        if item.state != CONTAINS or _in_each_choice(product, item.allergen)
        else AllergenItem(item.allergen, MAY_CONTAIN, item.detail)
        for item in _worst((product, *parts))
    )


def by_choice(product: ProductItem) -> tuple[str, ...]:
    """Allergens that are or may be in the combo because of what is chosen, and in another choice are not."""
    own = {item.allergen: item.state for item in product.allergens}
    return tuple(
        item.allergen
        for item in allergens_whatever_is_chosen(product)
        if item.state == MAY_CONTAIN and own.get(item.allergen) not in IN_IT
    )


def traits_of(product: ProductItem) -> Traits:
    """Of the product's own rows; where it is a combo, with what any of its parts leaves open."""
    known = {item.allergen: item.state for item in product.allergens}
    open_in_parts = {name for part in all_parts(product) for name in traits_of(part).unsure}
    return Traits(
        tuple(name for name in Allergen.values if known.get(name) in IN_IT),
        tuple(
            name for name in Allergen.values if known.get(name, NOT_CONFIRMED) == NOT_CONFIRMED or name in open_in_parts
        ),
        diets_of(product),
    )


def needs_of(product: ProductItem, now: dt.datetime, zone: ZoneInfo) -> tuple[Need, ...]:
    """What must be chosen of a combo, as it is left now."""
    return tuple(
        Need(group.id, group.minimum, tuple(traits_of_option(option) for option in group.left(now, zone)))
        for group in product.products_to_choose
    )


def traits_of_option(option: OptionItem) -> Traits:
    """One that is no product suits whoever the product suits that offers it."""
    return traits_of(option.part) if option.part is not None else _NEUTRAL


_NEUTRAL = Traits((), (), ("vegan", "vegetarian", "halal", "kosher"))


def _in_each_choice(product: ProductItem, allergen: str) -> bool:
    if _state(product, allergen) == CONTAINS:
        return True
    return any(
        sum(option.part is None or _state(option.part, allergen) != CONTAINS for option in group.options)
        < group.minimum
        for group in product.products_to_choose
    )


def _worst(products: Iterable[ProductItem]) -> tuple[AllergenItem, ...]:
    everything = [{item.allergen: item for item in product.allergens} for product in products]
    found = []
    for name in sorted(Allergen.values):
        said = [known.get(name) or AllergenItem(name, NOT_CONFIRMED, "") for known in everything]
        state = max((item.state for item in said), key=_BADNESS.__getitem__)
        details = dict.fromkeys(item.detail for item in said if item.state == state and item.detail)
        if state != NOT_CONFIRMED or details:
            found.append(AllergenItem(name, state, ", ".join(details)))
    return tuple(found)


def _state(product: ProductItem, allergen: str) -> str:
    return next((item.state for item in product.allergens if item.allergen == allergen), NOT_CONFIRMED)
