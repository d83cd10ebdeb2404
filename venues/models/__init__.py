"""The rows of venues: people, places, access, menu."""

from venues.models.access import Device, Member, TableSession
from venues.models.menu import (
    Allergen,
    AllergenState,
    Category,
    Menu,
    Option,
    OptionGroup,
    Product,
    ProductAllergen,
    ProductOptionGroup,
    VenueProduct,
)
from venues.models.people import Membership, Operator, Role, User
from venues.models.places import OpeningException, OpeningHours, Table, Venue, VenueFeed

__all__ = [
    "Allergen",
    "AllergenState",
    "Category",
    "Device",
    "Member",
    "Membership",
    "Menu",
    "OpeningException",
    "OpeningHours",
    "Operator",
    "Option",
    "OptionGroup",
    "Product",
    "ProductAllergen",
    "ProductOptionGroup",
    "Role",
    "Table",
    "TableSession",
    "User",
    "Venue",
    "VenueFeed",
    "VenueProduct",
]
