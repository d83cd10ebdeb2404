"""What a guest wants to see of the menu: words, and what it may not contain. Pure.

“Not confirmed” is neither: it hides nothing, and is never taken for free of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict

from orders.page_words import ALLERGENS, DIETS
from venues.catalogue import ProductItem
from venues.menu import allergens_of
from venues.models import AllergenState

LONGEST_QUESTION = 60
IN_IT = (AllergenState.CONTAINS, AllergenState.MAY_CONTAIN)


@dataclass(frozen=True, slots=True)
class Traits:
    """What a filter goes by: allergens that are or may be in a product, those not confirmed, the diets it suits."""

    holds: tuple[str, ...]
    unsure: tuple[str, ...]
    diets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The guest's choice."""

    words: str = ""
    hide: tuple[str, ...] = ()
    diets: tuple[str, ...] = ()

    def fits(self, product: ProductItem, traits: Traits) -> bool:
        """Whether the product is shown."""
        text = f"{product.name} {product.description}".casefold()
        return (
            all(word in text for word in self.words.casefold().split())
            and not set(self.hide).intersection(traits.holds)
            and set(self.diets).issubset(traits.diets)
        )


def wanted_in(query: QueryDict) -> Wanted:
    """The choice in an address; what is no allergen and no diet is nothing."""
    return Wanted(
        query.get("q", "").strip()[:LONGEST_QUESTION],
        _known(query.getlist("hide"), ALLERGENS),
        _known(query.getlist("diet"), DIETS),
    )


def traits_of(product: ProductItem) -> Traits:
    known = allergens_of(product)
    diets = product.diets
    if "vegan" in diets and "vegetarian" not in diets:
        diets += ("vegetarian",)
    return Traits(
        tuple(one["allergen"] for one in known if one["state"] in IN_IT),
        tuple(one["allergen"] for one in known if one["state"] == AllergenState.NOT_CONFIRMED),
        diets,
    )


def _known(named: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    chosen = set(named)
    return tuple(name for name in names if name in chosen)
