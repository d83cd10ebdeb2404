"""The admin of people, places, access and menu. Whoever registers a model there scopes it (`venues.admin.scoping`)."""

from venues.admin import (
    access,
    audit,
    copy_page,
    hours_page,
    invitations,
    menu,
    people,
    places,
    plan_page,
    products,
    schedule,
    venue_menu,
)

__all__ = [
    "access",
    "audit",
    "copy_page",
    "hours_page",
    "invitations",
    "menu",
    "people",
    "places",
    "plan_page",
    "products",
    "schedule",
    "venue_menu",
]
