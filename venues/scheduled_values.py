"""The values that planned changes write and take back: of which rows, what they are, and who else holds them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from venues.history import ADDED, CHANGED, DELETED, note_versions, note_what_was
from venues.models import ChangedProduct, Product, ScheduledChange, VenueProduct
from venues.price_changes import PriceChange
from venues.signals import take_owner_from_parent

PLANNED = "Planned change"  # in the history of what it writes
HELD = "another planned change holds it"
NO_PRICE = "no price can be as high as that"

Row = Product | VenueProduct


@dataclass(frozen=True, slots=True)
class Turn:
    """What a change makes of one product: `row` has its value there. Where `why` is said, nothing; and where another
    change holds it, not until that one has ended."""

    product: Product
    row: Row
    now: Any
    to: Any
    why: str = ""
    held_until: datetime | None = None


def products_of(change: ScheduledChange) -> QuerySet[Product]:
    """The products that it is of, in the menu's order: what is another venue's own is never among them."""
    if change.product_id is not None:
        return Product.objects.filter(pk=change.product_id).select_related("category")
    at_venue = Q(venue=None) | Q(venue=change.venue_id)
    of_menu = Q(venue=change.section.venue_id)  # what venues have made their own stays as they have it
    whose = of_menu if change.venue_id is None else at_venue
    rows = Product.objects.filter(whose, category=change.category_id)
    return rows.select_related("category").order_by("position", "pk")


def turns_of(change: ScheduledChange, *, lock: bool = False) -> list[Turn]:
    """What it would do now, product by product. Four queries, however many there are."""
    products = list(products_of(change))
    rows = rows_of(change, products, lock=lock)
    held = held_by_others(change, products)
    return [_turn(change, product, rows[product.pk], held.get(product.pk)) for product in products]


def rows_of(change: ScheduledChange, products: Sequence[Product], *, lock: bool = False) -> Mapping[int, Row]:
    """By the product's id the row that has its value: the product itself, or what is different at the venue."""
    ids = [product.pk for product in products]
    if change.venue_id is None:
        found = Product.objects.filter(pk__in=ids).select_related("category").order_by("pk")
        # Their categories are others' to lock.
        return {row.pk: row for row in (found.select_for_update(no_key=True, of=("self",)) if lock else found)}
    differences = VenueProduct.objects.filter(venue=change.venue_id, product__in=ids).order_by("pk")
    known = {row.product_id: row for row in (differences.select_for_update(no_key=True) if lock else differences)}
    none_yet = {
        product.pk: VenueProduct(venue_id=change.venue_id, product=product)
        for product in products
        if product.pk not in known
    }
    return {**known, **none_yet}


def held_by_others(change: ScheduledChange, products: Sequence[Product]) -> dict[int, datetime]:
    """Those in which another change is at work with the same value, and until when: taking back both would leave one
    of the two for ever."""
    at_work = Q(state=ScheduledChange.APPLIED, ends_at__isnull=False, what=change.what, venue=change.venue_id)
    others = ScheduledChange.objects.filter(at_work).exclude(pk=change.pk)
    ids = [product.pk for product in products]
    by_category = ChangedProduct.objects.filter(product__in=ids, change__in=others)
    held = [
        *others.filter(product__in=ids).values_list("product_id", "ends_at"),
        *by_category.values_list("product_id", "change__ends_at"),
    ]
    return {pk: ends_at for pk, ends_at in held if ends_at is not None}


def _turn(change: ScheduledChange, product: Product, row: Row, held_until: datetime | None) -> Turn:
    now = getattr(row, change.what)
    if now is None:
        now = product.price
    to = value_of(change, now)
    why = HELD if held_until is not None else NO_PRICE if to is None else ""
    return Turn(product, row, now, to, why, held_until)


def value_of(change: ScheduledChange, now: Any) -> Any:
    """What becomes of a value that is this now; None where no price can be that."""
    if change.what != ScheduledChange.PRICE:
        return change.on
    if change.percent is None:
        return change.price
    return PriceChange(Decimal(change.percent), percent=True, step=change.step).of(now)


def write(rows: Sequence[tuple[Row, Any]], what: str) -> bool:
    """Give each of these rows of one model its value, as a save of each would, with its version: a few queries in all.
    Whether any had another value.

    Whoever calls it tells the venues. A difference that says nothing any more goes.
    """
    changed: list[tuple[Any, Any]] = [(row, value) for row, value in rows if getattr(row, what) != value]
    known = [row for row, _ in changed if row.pk is not None]
    new = [row for row, _ in changed if row.pk is None]
    note_what_was(known)
    for row, value in changed:
        setattr(row, what, value)
    gone = [row for row in known if isinstance(row, VenueProduct) and not row.differs]
    kept = [row for row in known if row not in gone]
    for row in new:
        take_owner_from_parent(type(row), row)
    if new:
        VenueProduct.objects.bulk_create(new)
    if kept:
        type(kept[0])._default_manager.bulk_update(kept, [what])
    note_versions(new, ADDED, PLANNED)
    note_versions(kept, CHANGED, PLANNED)
    note_versions(gone, DELETED, PLANNED)
    if gone:
        # Not `delete`, which would fetch them again and tell of each by itself; nothing points to a difference.
        found = VenueProduct.objects.filter(pk__in=[row.pk for row in gone])
        found._raw_delete(found.db)
    return bool(changed)
