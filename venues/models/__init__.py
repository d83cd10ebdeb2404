"""The rows of venues: people, places, access, menu."""

from venues.models.access import Device, Member, TableSession
from venues.models.audit import AuditEntry
from venues.models.imports import MenuImport
from venues.models.invitations import Invitation
from venues.models.logins import LoginTries
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
    VenueCategory,
    VenueProduct,
)
from venues.models.people import Membership, Operator, Role, SecondFactor, User
from venues.models.places import OpeningException, OpeningHours, Table, Venue, VenueFeed
from venues.models.schedule import ChangedProduct, ScheduledChange

__all__ = [
    "Allergen",
    "AllergenState",
    "AuditEntry",
    "Category",
    "ChangedProduct",
    "Device",
    "Invitation",
    "LoginTries",
    "Member",
    "Membership",
    "Menu",
    "MenuImport",
    "OpeningException",
    "OpeningHours",
    "Operator",
    "Option",
    "OptionGroup",
    "Product",
    "ProductAllergen",
    "ProductOptionGroup",
    "Role",
    "ScheduledChange",
    "SecondFactor",
    "Table",
    "TableSession",
    "User",
    "Venue",
    "VenueCategory",
    "VenueFeed",
    "VenueProduct",
]
