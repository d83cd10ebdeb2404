"""What the words of one row mean that name other rows: categories and groups of options, as they will be."""

import re
from collections import defaultdict
from collections.abc import Iterable

from venues.exchange.cells import Unreadable, returned
from venues.exchange.plan import NewRow

Named = int | NewRow


class Names:
    """Names of rows of one kind. Those that the file gives come before those that it takes away."""

    def __init__(self, what: str, sheet: str) -> None:
        self._what, self._sheet = what, sheet
        self._exact: dict[str, set[Named]] = defaultdict(set)
        self._loose: dict[str, set[Named]] = defaultdict(set)

    def give(self, name: str, to: Named) -> None:
        self._exact[returned(name)].add(to)
        self._loose[returned(name).casefold()].add(to)

    def find(self, name: str) -> Named | None:
        """The row of this name; None where there is none. Raises Unreadable where there are several."""
        for found in (self._exact.get(name), self._loose.get(name.casefold())):
            if found and len(found) == 1:
                return next(iter(found))
            if found:
                raise Unreadable(f"Several {self._what} are called “{name}”. Give them different names first.")
        return None


class References:
    def __init__(self, group_ids: Iterable[int], product_ids: Iterable[int]) -> None:
        self.categories = Names("categories", "Categories")
        self.old_categories = Names("categories", "Categories")
        self.groups = Names("groups of options", "Options")
        self.old_groups = Names("groups of options", "Options")
        self.products = Names("products", "Products")
        self.old_products = Names("products", "Products")
        self.product_names: dict[Named, str] = {}
        self._group_ids, self._product_ids = frozenset(group_ids), frozenset(product_ids)

    def category(self, name: str) -> Named:
        found = self.categories.find(name) or self.old_categories.find(name)
        if found is None:
            raise Unreadable(
                f"This menu has no category “{name}”. Add it on the sheet Categories, or correct the word."
            )
        return found

    def give_product(self, name: str, to: Named) -> None:
        """A product of the menu as it will be called."""
        self.products.give(name, to)
        self.product_names[to] = name

    def part(self, text: str) -> Named | None:
        """`Chips` or `#12`, a product of this menu; None where it is empty."""
        if not text:
            return None
        found: Named | None
        if number := re.fullmatch(r"#([0-9]{1,18})", text):
            found = int(number[1]) if int(number[1]) in self._product_ids else None
        else:
            found = self.products.find(text) or self.old_products.find(text)
        if found is None:
            raise Unreadable(f"This menu has no product “{text}”. Add it on the sheet Products, or correct the word.")
        return found

    def options(self, text: str) -> tuple[Named, ...]:
        """`Size; #12; Sauces`: each group once, in this order."""
        found = [self._group(part.strip()) for part in text.split(";") if part.strip()]
        if len(set(found)) < len(found):
            raise Unreadable("A group of options stands there twice. Name each once.")
        return tuple(found)

    def _group(self, name: str) -> Named:
        if number := re.fullmatch(r"#([0-9]{1,18})", name):
            if int(number[1]) in self._group_ids:
                return int(number[1])
            raise Unreadable(f"There is no group of options “{name}”. Its number stands on the sheet Options.")
        found = self.groups.find(name) or self.old_groups.find(name)
        if found is None:
            raise Unreadable(
                f"There is no group of options “{name}”. Add it on the sheet Options, or correct the word."
            )
        return found
