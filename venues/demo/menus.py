"""From a card to the rows of a menu: in bulk, since nobody reads it yet who would have to be told row by row."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from venues.demo.recipe import Card, Dish, Group, Section
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
)

PICTURES = Path(__file__).parent / "pictures"


def write_menu(operator: Operator, card: Card, now: datetime) -> Menu:
    """The card's menu with all its rows."""
    menu = Menu.objects.create(operator=operator, name=card.name)
    groups = _write_groups(operator, [group for dish in _dishes(card) for group in dish.groups])
    for position, section in enumerate(card.sections):
        category = Category.objects.create(
            menu=menu, name=section.name, note=section.note, station=section.station, position=position
        )
        Product.objects.bulk_create(
            [_product(dish, place, section, category) for place, dish in enumerate(section.dishes)]
        )
    ProductAllergen.objects.bulk_create([row for dish in _dishes(card) for row in _allergens(dish, now)])
    ProductOptionGroup.objects.bulk_create(
        [
            ProductOptionGroup(operator=operator, product_id=dish.id, group=groups[group], position=position)
            for dish in _dishes(card)
            for position, group in enumerate(dish.groups)
        ]
    )
    return menu


def _dishes(card: Card) -> Iterator[Dish]:
    for section in card.sections:
        yield from section.dishes


def _write_groups(operator: Operator, wanted: Iterable[Group]) -> dict[Group, OptionGroup]:
    groups = {
        group: OptionGroup.objects.create(
            operator=operator, name=group.name, minimum=group.minimum, maximum=group.maximum
        )
        for group in dict.fromkeys(wanted)
    }
    Option.objects.bulk_create(
        [
            Option(
                operator=operator,
                group=row,
                product_id=choice.dish,
                name=choice.name,
                price=Decimal(choice.price),
                available=choice.available,
                position=position,
            )
            for group, row in groups.items()
            for position, choice in enumerate(group.choices)
        ]
    )
    return groups


def _product(dish: Dish, position: int, section: Section, category: Category) -> Product:
    return Product(
        pk=dish.id,
        operator_id=category.operator_id,
        category=category,
        name=dish.name,
        description=dish.description,
        price=Decimal(dish.price),
        tax_rate=Decimal(dish.tax_rate or section.tax_rate),
        picture=_keep_picture(dish.picture) if dish.picture else "",
        picture_alt=dish.alt,
        vegan=dish.diet == "vegan",
        vegetarian=dish.diet in ("vegan", "vegetarian"),
        halal=dish.halal,
        kosher=dish.kosher,
        age_restricted=section.adults if dish.adults is None else dish.adults,
        position=position,
    )


def _allergens(dish: Dish, now: datetime) -> Iterator[ProductAllergen]:
    named = {
        AllergenState.CONTAINS: dish.contains,
        AllergenState.MAY_CONTAIN: dish.may_contain,
        AllergenState.NOT_CONFIRMED: dish.not_confirmed,
    }
    for allergen in Allergen if dish.checked else ():
        state = next((state for state, details in named.items() if allergen in details), AllergenState.FREE)
        yield ProductAllergen(
            product_id=dish.id,
            allergen=allergen,
            state=state,
            detail=named.get(state, {}).get(allergen, ""),
            confirmed_at=None if state == AllergenState.NOT_CONFIRMED else now,
        )


def _keep_picture(name: str) -> str:
    """The name of our own drawing in the media folder, as it is: it was encoded as every upload is."""
    content = (PICTURES / f"{name}.webp").read_bytes()
    path = f"pictures/{hashlib.sha256(content).hexdigest()}.webp"
    return path if default_storage.exists(path) else default_storage.save(path, ContentFile(content))
