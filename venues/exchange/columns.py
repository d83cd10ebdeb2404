"""The four kinds of rows that a file of a menu holds, and what stands in each of their columns."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db.models import Field, Model

from venues.exchange import cells
from venues.exchange.rows import GroupOption, MenuRows
from venues.models import (
    AllergenState,
    Category,
    Option,
    OptionGroup,
    Product,
    ProductAllergen,
    VenueProduct,
)

Shown = str | int | Decimal | None
DIETS = ("vegan", "vegetarian", "halal", "kosher")


@dataclass(frozen=True, slots=True)
class Column:
    """`show` is what stands there now; `read` makes a value of a cell, or raises Unreadable."""

    head: str
    show: Callable[[Any, MenuRows], Shown]
    model: type[Model] | None = None
    field: str = ""
    read: Callable[[str], Any] | None = None
    of: str = ""  # where the row that has the field hangs below the line's own
    empty_says: bool = False
    """Whether an empty cell is a value: else it leaves what is there."""
    needed: bool = False
    """Whether a new row must have it."""
    also: tuple[str, ...] = ()

    @property
    def model_field(self) -> "Field[Any, Any] | None":
        if self.model is None or not self.field:
            return None
        found = self.model._meta.get_field(self.field)
        assert isinstance(found, Field)
        return found


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Callable[[MenuRows], list[Any]]
    known_by: frozenset[str]
    """Heads that no other kind has all of."""
    heads: dict[str, Column] = field(default_factory=dict)


def plain_head(text: str) -> str:
    return " ".join(text.replace("_", " ").casefold().split())


def _sheet(
    name: str, title: str, columns: tuple[Column, ...], rows: Callable[[MenuRows], list[Any]], *known: str
) -> Sheet:
    heads = {plain_head(word): column for column in columns for word in (column.head, *column.also)}
    return Sheet(name, title, columns, rows, frozenset(known), heads)


def _text(head: str, model: type[Model], name: str, of: str = "", **more: Any) -> Column:
    return Column(head, _shower(name, of), model, name, cells.line, of, **more)


def _number(head: str, model: type[Model], name: str, of: str = "", **more: Any) -> Column:
    return Column(head, _shower(name, of), model, name, cells.small, of, **more)


def _money(head: str, model: type[Model], name: str, of: str = "", **more: Any) -> Column:
    return Column(head, _shower(name, of), model, name, cells.amount, of, **more)


def _mark(head: str, model: type[Model], name: str, of: str = "", **more: Any) -> Column:
    return Column(head, _shower(name, of, cells.said), model, name, cells.yes_or_no, of, **more)


def _time(head: str, model: type[Model], name: str) -> Column:
    return Column(head, _shower(name, "", cells.time_text), model, name, cells.time_of_day, empty_says=True)


def _shower(name: str, of: str, word: Callable[[Any], Shown] | None = None) -> Callable[[Any, MenuRows], Shown]:
    get = attrgetter(name)

    def show(row: Any, _: MenuRows) -> Shown:
        if of:
            row = getattr(row, of)
        value = get(row) if row is not None else None
        return value if word is None or row is None else word(value)

    return show


def _allergen(name: str) -> Column:
    def show(row: Product, _: MenuRows) -> Shown:
        known = allergen_of(row, name)
        return (
            cells.allergen_text(known.state, known.detail)
            if known
            else cells.allergen_text(AllergenState.NOT_CONFIRMED, "")
        )

    return Column(name, show, field=name, read=cells.allergen)


def allergen_of(product: Product, name: str) -> ProductAllergen | None:
    return next((row for row in product.allergens.all() if row.allergen == name), None) if product.pk else None


def _groups(row: Product, rows: MenuRows) -> Shown:
    return "; ".join(rows.group_names[link.group_id] for link in row.group_links.all())


def _part(row: GroupOption, rows: MenuRows) -> Shown:
    product_id = row.option.product_id if row.option is not None else None
    return "" if product_id is None else rows.product_names[product_id]


def _id(head: str, of: str = "") -> Column:
    return Column(head, _shower("pk", of))


CATEGORIES = _sheet(
    "categories",
    "Categories",
    (
        _id("id"),
        _text("name", Category, "name", needed=True, also=("category",)),
        _text("note", Category, "note", empty_says=True),
        _text("station", Category, "station"),
        _number("position", Category, "position"),
        _time("served from", Category, "served_from"),
        _time("served until", Category, "served_until"),
    ),
    lambda rows: list(rows.categories),
    "station",
)
PRODUCTS = _sheet(
    "products",
    "Products",
    (
        _id("id"),
        Column("category", _shower("category.name", ""), field="category", needed=True),
        _text("name", Product, "name", needed=True, also=("product",)),
        _text("description", Product, "description", empty_says=True),
        _money("price", Product, "price", needed=True),
        _money("tax %", Product, "tax_rate", also=("tax", "tax rate", "vat", "vat %")),
        *(_mark(diet, Product, diet) for diet in DIETS),
        _mark("age restricted", Product, "age_restricted"),
        _mark("active", Product, "active"),
        _number("position", Product, "position"),
        Column("options", _groups, field="options", empty_says=True, also=("option groups",)),
        _text("picture in words", Product, "picture_alt", empty_says=True),
        *(_allergen(name) for name in cells.ALLERGENS),
    ),
    lambda rows: list(rows.products),
    "category",
    "price",
)
OPTIONS = _sheet(
    "options",
    "Options",
    (
        _id("group id", "group"),
        _text("group", OptionGroup, "name", "group", needed=True),
        _number("minimum", OptionGroup, "minimum", "group"),
        _number("maximum", OptionGroup, "maximum", "group"),
        _id("option id", "option"),
        _text("option", Option, "name", "option"),
        Column("product", _part, field="product", of="option", empty_says=True),
        _money("price", Option, "price", "option"),
        _mark("available", Option, "available", "option"),
        _number("position", Option, "position", "option"),
    ),
    lambda rows: list(rows.options),
    "group",
    "option",
)
NOT_COUNTED = "not counted"


def _stock(text: str) -> int | None:
    return None if text.casefold() == NOT_COUNTED else cells.whole(text)


def _no_count(row: VenueProduct, rows: MenuRows) -> Shown:
    return ""


VENUES = _sheet(
    "venues",
    "Venues",
    (
        Column("venue id", lambda row, _: row.venue_id),
        Column("venue", lambda row, rows: rows.venues[row.venue_id].name),
        Column("product id", lambda row, _: row.product_id),
        Column("product", lambda row, _: row.product.name),
        _money("price here", VenueProduct, "price", empty_says=True, also=("price",)),
        _mark("available", VenueProduct, "available"),
        Column("counted at export", lambda row, _: row.stock),
        # Orders count it down while the file is out: what was left at the export is no wish.
        Column("set stock to", _no_count, VenueProduct, "stock", _stock, also=("stock",)),
    ),
    lambda rows: list(rows.differences),
    "venue",
)
SHEETS = (CATEGORIES, PRODUCTS, OPTIONS, VENUES)
__all__ = ["CATEGORIES", "OPTIONS", "PRODUCTS", "SHEETS", "VENUES", "Column", "GroupOption", "Sheet", "Shown"]
