"""Where a product may be: the one rule of the form and of the list's actions."""

from venues.admin.scopes import menus_changeable
from venues.models import Category, User, Venue

SAY_WHOSE = "Other venues use this menu too: say for which of yours this is."


def why_not(venue: Venue | None, category: Category, by: User) -> str:
    """Why a product that is `venue`'s own (None: shared) may not be in this category; empty where it may."""
    if venue is None and category.venue is not None:
        return f"This category is {category.venue}'s own: so is what is in it. Say the venue."
    if venue is None and not menus_changeable(by).filter(pk=category.menu_id).exists():
        return SAY_WHOSE
    if venue is not None and category.venue not in (None, venue):
        return "This category is another venue's own."
    if venue is not None and venue.menu_id != category.menu_id:
        return f"{venue} uses another menu."
    return ""
