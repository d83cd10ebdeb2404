"""Menus for tests of their files: any that the models allow, and what an import of a file would do."""

import csv
import io
from typing import Any

from hypothesis import strategies as st

from venues.exchange.columns import SHEETS, Sheet
from venues.exchange.files import read_file
from venues.exchange.plan import Plan
from venues.exchange.planning import Rights, make_plan
from venues.exchange.rows import MenuRows, read_menu
from venues.exchange.writing import csv_file, shown_lines, xlsx_file
from venues.models import (
    Allergen,
    AllergenState,
    Category,
    Menu,
    Operator,
    Option,
    OptionGroup,
    Product,
    ProductAllergen,
    ProductOptionGroup,
    Venue,
    VenueProduct,
)

EVERYTHING = Rights(menu=True, groups=frozenset(range(1, 100_000)))
# Neither is in any database: NUL is refused by PostgreSQL, a lone surrogate is no UTF-8.
_letters = st.characters(codec="utf-8", exclude_characters="\0")
# fmt: off
_traps = st.sampled_from([
    "=1+1", "'=1", "''+1", "-5", "@x", "\t=1", "\r", " =1", "' @", "1,50", "3.20", "#12", "a;b", "\ufeff", "2026-01-01",
    "true", "not confirmed", "x005F_", "_x000D_", "\n", '"', "'", "#REF!", "1E5", "\u00a0", "Größe", "\u2028",
])
# fmt: on


def words(most: int) -> st.SearchStrategy[str]:
    """Texts as a model's column takes them, traps for spreadsheets among them."""
    return st.one_of(st.text(_letters, max_size=most), _traps, st.text("=+-@'\t a;#1", max_size=min(most, 6)))


money = st.decimals(0, "999999.99", places=2)
small = st.integers(0, 32_767)


@st.composite
def menus(draw: st.DrawFn) -> Menu:
    """A menu with a venue that uses it, whatever its rows say."""
    operator = Operator.objects.create(name=f"Operator {Operator.objects.count()}")
    menu = Menu.objects.create(operator=operator, name=draw(words(60)))
    venue = Venue.objects.create(operator=operator, name=draw(words(80)), menu=menu)
    groups = [_group(draw, operator) for _ in range(draw(st.integers(0, 3)))]
    for name in draw(st.lists(words(60), max_size=3, unique=True)):
        times = draw(st.none() | st.tuples(st.times(), st.times())) or (None, None)
        category = Category.objects.create(
            menu=menu,
            name=name,
            note=draw(words(140)),
            station=draw(words(20)),
            position=draw(small),
            served_from=times[0],
            served_until=times[1],
        )
        for _ in range(draw(st.integers(0, 2))):
            _product(draw, category, venue, groups)
    products = [*Product.objects.filter(category__menu=menu), _elsewhere(operator)]
    for option in Option.objects.filter(group__in=groups):
        option.product = draw(st.none() | st.sampled_from(products))
        option.save()
    return menu


def _elsewhere(operator: Operator) -> Product:
    """Of another menu: a group may be offered there."""
    other = Menu.objects.create(operator=operator, name="\n another")
    category = Category.objects.create(menu=other, name="Elsewhere")
    return Product.objects.create(category=category, name="Elsewhere", price=1)


def _group(draw: st.DrawFn, operator: Operator) -> OptionGroup:
    least = draw(st.integers(0, 9))
    most = draw(st.integers(max(1, least), 20))
    group = OptionGroup.objects.create(operator=operator, name=draw(words(60)), minimum=least, maximum=most)
    for name in draw(st.lists(words(80).filter(bool), max_size=2, unique=True)):
        Option.objects.create(group=group, name=name, price=draw(money), available=draw(st.booleans()))
    return group


def _product(draw: st.DrawFn, category: Category, venue: Venue, groups: list[OptionGroup]) -> None:
    product = Product.objects.create(
        category=category,
        name=draw(words(80)),
        description=draw(words(200)),
        price=draw(money),
        tax_rate=draw(st.decimals(0, 100, places=2)),
        picture_alt=draw(words(140)),
        vegan=draw(st.booleans()),
        age_restricted=draw(st.booleans()),
        active=draw(st.booleans()),
        position=draw(small),
    )
    states = st.dictionaries(
        st.sampled_from(Allergen.values), st.tuples(st.sampled_from(AllergenState.values), words(60))
    )
    for allergen, (state, detail) in draw(states).items():
        ProductAllergen.objects.create(product=product, allergen=allergen, state=state, detail=detail)
    for group in groups:
        if draw(st.booleans()):
            ProductOptionGroup.objects.create(product=product, group=group, position=draw(small))
    if draw(st.booleans()):
        counted = draw(st.none() | st.integers(0, 2_000_000))
        VenueProduct.objects.create(
            venue=venue, product=product, price=draw(st.none() | money), available=draw(st.booleans()), stock=counted
        )


def rows_of(menu: Menu) -> MenuRows:
    return read_menu(Menu.objects.get(pk=menu.pk), Venue.objects.all())


def plan_of(menu: Menu, content: bytes, rights: Rights = EVERYTHING) -> Plan:
    return make_plan(read_file(content), rows_of(menu), rights)


def files_of(menu: Menu) -> list[bytes]:
    """Every file that the menu can be exported as."""
    rows = rows_of(menu)
    return [xlsx_file(rows), *(csv_file(sheet, rows) for sheet in SHEETS)]


def lines_of(menu: Menu, sheet: Sheet) -> list[dict[str, Any]]:
    """A sheet's lines by head, as they stand in its CSV."""
    return list(csv.DictReader(io.StringIO(csv_file(sheet, rows_of(menu)).decode("utf-8-sig"), newline="")))


def csv_of(lines: list[dict[str, Any]], between: str = ",", encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    heads = list(dict.fromkeys(head for line in lines for head in line))
    writer = csv.DictWriter(text, heads, delimiter=between, restval="")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode(encoding)


__all__ = ["csv_of", "files_of", "lines_of", "menus", "plan_of", "rows_of", "shown_lines"]
