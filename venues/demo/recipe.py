"""The words in which the demo's menus are written down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Details = Mapping[str, str]
"""An allergen to its detail, such as {"gluten": "wheat, barley"}."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An option: what it adds to the price, whether there is any, and the id of the dish that it is, in a combo."""

    name: str
    price: str = "0.00"
    available: bool = True
    dish: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    minimum: int
    maximum: int
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Dish:
    """A product. Of the 14 allergens those not named are free of it, or all not confirmed where `checked` is off."""

    id: int
    name: str
    price: str
    description: str
    contains: Details = field(default_factory=dict)
    may_contain: Details = field(default_factory=dict)
    not_confirmed: Details = field(default_factory=dict)
    checked: bool = True
    diet: Literal["vegan", "vegetarian", ""] = ""
    halal: bool = False
    kosher: bool = False
    adults: bool | None = None
    tax_rate: str | None = None
    groups: tuple[Group, ...] = ()
    picture: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A category; `adults` and `tax_rate` are those of its dishes where a dish says nothing else."""

    name: str
    station: str
    dishes: tuple[Dish, ...]
    note: str = ""
    adults: bool = False
    tax_rate: str = "20"


@dataclass(frozen=True, slots=True)
class Card:
    """A whole menu."""

    name: str
    sections: tuple[Section, ...]
