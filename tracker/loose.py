"""Pucks that are out and belong to no open order: started at the till, or their order ended first."""

from django.db.models import Q

from orders.standing import LoosePuck
from tracker.models import TrackedOrder
from venues.models import Table
from venues.models.places import counted

MOST_SHOWN = 200


def loose_pucks(venue_id: int) -> list[LoosePuck]:
    """Those of a venue that uses pucks, with the table that has their tag now."""
    nobodys = Q(order=None) | Q(order__finished_at__isnull=False)
    rows = TrackedOrder.objects.filter(nobodys, venue_id=venue_id, venue__tracker_use="pucks", cleared_at=None)
    found = list(rows.order_by("-started_at").values_list("name", "tag", "started_at")[:MOST_SHOWN])
    tagged = Table.objects.filter(venue_id=venue_id, tag_number__in={tag for _, tag, _ in found})
    tables: dict[str | None, str] = dict(tagged.values_list("tag_number", "number"))
    loose = [LoosePuck(name, tables.get(tag, ""), tag, since) for name, tag, since in found]
    return sorted(loose, key=lambda puck: counted(puck.number))
