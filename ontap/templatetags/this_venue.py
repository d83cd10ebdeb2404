"""The panel "This venue", for the venue's form in the admin."""

from typing import Any

from django import template
from django.utils import timezone

from ontap.this_venue import WELL, parts_of
from venues.admin.venue_pages import links_for
from venues.models import Venue

register = template.Library()


@register.inclusion_tag("admin/venues/venue/this_venue.html", takes_context=True)
def this_venue(context: dict[str, Any], venue: Venue | None) -> dict[str, Any]:
    """Nothing for a venue that is not there yet."""
    if venue is None:
        return {}
    parts = parts_of(venue, timezone.now())
    wrong = sum(part.level != WELL for part in parts)
    return {"venue": venue, "parts": parts, "wrong": wrong, "venue_pages": links_for(context["request"])}
