"""What a guest wants to see of the menu: words, and what it may not contain. Pure.

“Not confirmed” is neither: it hides nothing, and is never taken for free of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict

from orders.page_words import ALLERGENS, DIETS
from venues.catalogue import ProductItem
from venues.combos import Need, Traits

LONGEST_QUESTION = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """The guest's choice."""

    words: str = ""
    hide: tuple[str, ...] = ()
    diets: tuple[str, ...] = ()

    def fits(self, product: ProductItem, traits: Traits, needs: Iterable[Need]) -> bool:
        """Whether the product is shown: of a combo, whether a choice can be made that is right in everything."""
        text = f"{product.name} {product.description}".casefold()
        return (
            all(word in text for word in self.words.casefold().split())
            and traits.fits(self.hide, self.diets)
            and all(need.fits(self.hide, self.diets) for need in needs)
        )


def wanted_in(query: QueryDict) -> Wanted:
    """The choice in an address; what is no allergen and no diet is nothing."""
    return Wanted(
        query.get("q", "").strip()[:LONGEST_QUESTION],
        _known(query.getlist("hide"), ALLERGENS),
        _known(query.getlist("diet"), DIETS),
    )


def _known(named: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    chosen = set(named)
    return tuple(name for name in names if name in chosen)
