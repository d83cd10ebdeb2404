"""The admin of people, places, access and menu. Whoever registers a model there scopes it (`venues.admin.scoping`)."""

from venues.admin import access, audit, invitations, menu, people, places, products

__all__ = ["access", "audit", "invitations", "menu", "people", "places", "products"]
