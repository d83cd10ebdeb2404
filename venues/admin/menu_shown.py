"""The menu's page in words: each value with where it comes from, and how it looks in its field."""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from venues.admin.menu_answers import Answers
from venues.differences import Conflict, key_of
from venues.models import Venue
from venues.sale import HOUR, TODAY, UNTIL_TOLD
from venues.venue_menu import HIDDEN, ON_SALE, SHOWN, UNTIL, CategoryRow, ProductRow, ProductValues, VenueMenu

LABELS = {"price": "Price", "sale": "Sold", "stock": "Stock", "position": "Place", "shown": "Guests"}
EVERYTHING, DIFFERENT, SOLD_OUT = "", "here", "gone"


@dataclass(frozen=True, slots=True)
class Cell:
    """One value. `here`: it is this venue's own, and `back` says to what it can go back. `seen` is how it stands."""

    name: str
    key: str
    label: str
    value: str
    seen: str
    hint: str
    here: bool
    back: str
    fault: str
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def source(self) -> str:
        return "here" if self.here else "shared"


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A product as the page lists it. `notes` is what a guest sees that the fields do not say."""

    key: str
    id: int
    name: str
    words: str
    shared_price: str
    own: bool
    edits: bool
    differs: bool
    notes: str
    seen: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A category; `rows` are those that were asked for."""

    key: str
    id: int
    name: str
    notes: str
    own: bool
    edits: bool
    seen: str
    cells: tuple[Cell, ...]
    rows: tuple[ShownRow, ...]
    whole: int


@dataclass(slots=True)
class Asked:
    """What part of the menu is wanted, what was typed into it, and what others changed meanwhile."""

    words: str = ""
    show: str = EVERYTHING
    answers: Answers = field(default_factory=Answers)
    conflicts: Mapping[str, Conflict] = field(default_factory=dict)
    changeable: bool = False
    """Whether the shared menu is this person's to change."""

    def fits(self, row: ProductRow) -> bool:
        if not all(word in searched(row) for word in plain(self.words).split()):
            return False
        gone = row.here.sale != ON_SALE or row.here.stock == "0"
        return {DIFFERENT: row.differs or row.own, SOLD_OUT: gone}.get(self.show, True)


def searched(row: ProductRow) -> str:
    """What a search looks through."""
    return plain(f"{row.product.name} {row.product.description}")


def plain(text: str) -> str:
    """A text without case and accents, as the page's script compares it too."""
    return "".join(one for one in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(one))


def shown_menu(menu: VenueMenu, asked: Asked, now: datetime) -> list[ShownSection]:
    """The categories with the rows that are asked for; those without any only where nothing was asked."""
    shown = [_section(category, menu.venue, asked, now) for category in menu.categories]
    return [one for one in shown if one.rows or not (asked.words or asked.show)]


def _section(row: CategoryRow, venue: Venue, asked: Asked, now: datetime) -> ShownSection:
    category, key = row.category, key_of(row)
    notes = [] if category.served_from is None else [f"{category.served_from:%H:%M} to {category.served_until:%H:%M}"]
    if row.here.shown == HIDDEN:
        notes.append("guests do not see it")
    choices = ((SHOWN, "Shown"), (HIDDEN, "Hidden"))
    return ShownSection(
        key=key,
        id=category.pk,
        name=category.name,
        notes=", ".join(notes),
        own=row.own,
        edits=row.own or asked.changeable,
        seen=row.here.text,
        cells=(
            _cell(key, "position", row.here.position, row.shared.position, category.name, asked, own=row.own),
            _cell(key, "shown", row.here.shown, "shown", category.name, asked, default=SHOWN, choices=choices),
        ),
        rows=tuple(_row(product, venue, asked, now) for product in row.products if asked.fits(product)),
        whole=len(row.products),
    )


def _row(row: ProductRow, venue: Venue, asked: Asked, now: datetime) -> ShownRow:
    product, key, here = row.product, key_of(row), row.here
    sales = [(ON_SALE, "On sale"), (HOUR, "Not for 1 hour"), (TODAY, "Not today"), (UNTIL_TOLD, "Not until told")]
    if here.sale.startswith(UNTIL):
        sales.append((here.sale, sale_words(here.sale, venue, now)))
    return ShownRow(
        key=key,
        id=product.pk,
        name=product.name,
        words=searched(row),
        shared_price=row.shared.price,
        own=row.own,
        edits=row.own or asked.changeable,
        differs=here != (ProductValues(here.price, position=here.position) if row.own else ProductValues()),
        notes="None left: guests see it as sold out." if here.stock == "0" and here.sale == ON_SALE else "",
        seen=here.text,
        cells=(
            _cell(key, "price", here.price, row.shared.price, product.name, asked, own=row.own),
            _cell(key, "sale", here.sale, "on sale", product.name, asked, default=ON_SALE, choices=tuple(sales)),
            _cell(key, "stock", here.stock, "not counted", product.name, asked),
            _cell(key, "position", here.position, row.shared.position, product.name, asked, own=row.own),
        ),
    )


def _cell(
    key: str,
    name: str,
    seen: str,
    shared: str,
    of: str,
    asked: Asked,
    *,
    own: bool = False,
    default: str = "",
    choices: Collection[tuple[str, str]] = (),
) -> Cell:
    whole = f"{key}-{name}"
    here = not own and seen != default
    conflict = asked.conflicts.get(whole)
    return Cell(
        name=whole,
        key=name,
        label=f"{LABELS[name]} of {of}",
        value=asked.answers.typed.get(whole, seen),
        seen=seen,
        hint="" if own else shared,
        here=here or own,
        back=shared if here else "",
        fault=asked.answers.faults.get(whole, "") or (_overtaken(conflict) if conflict is not None else ""),
        choices=tuple(choices),
    )


def _overtaken(conflict: Conflict) -> str:
    return f"Others changed it meanwhile to {value_words(conflict.is_now)}. Save again to have yours."


def value_words(value: str) -> str:
    """A value within a sentence."""
    words = {"": "shared", ON_SALE: "on sale", HOUR: "not for 1 hour", TODAY: "not today", UNTIL_TOLD: "not until told"}
    return "not until a time" if value.startswith(UNTIL) else words.get(value, value)


def sale_words(sale: str, venue: Venue, now: datetime) -> str:
    """An end of a time sold out, by the venue's clock."""
    at = datetime.fromisoformat(sale.removeprefix(UNTIL)).astimezone(venue.zone)
    today = now.astimezone(venue.zone).date()
    return f"Not until {at:%H:%M}" if at.date() == today else f"Not until {at:%a %H:%M}"
