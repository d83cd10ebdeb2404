"""Sixty days with outages: no gap in history, or somebody was told in time, and what is lost is named exactly."""

import os
from datetime import timedelta

import pytest

from tests.tracker.platform.sixty_days import SixtyDays
from tracker.gateway.history import KEPT
from tracker.models import TrackedOrder

pytestmark = pytest.mark.django_db

# In this one something is lost.
SEEDS = range(40) if os.environ.get("ONTAP_TRIALS") else (2,)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_that_is_not_named_and_nobody_is_told_too_late(seed: int) -> None:
    pub = SixtyDays(seed)
    pub.run()
    kept = set(TrackedOrder.objects.filter(venue=pub.venue).values_list("uuid", flat=True))
    placed = {order.key: order.created for order in pub.gateway.orders}
    gaps = pub.gaps()

    assert len(placed) > 100
    assert kept <= placed.keys()
    assert not TrackedOrder.objects.filter(venue=pub.venue, cleared_at=None).exists()
    lost = [created for key, created in placed.items() if key not in kept]
    assert all(any(gap.begin <= created < gap.end for gap in gaps) for created in lost), "lost, and not named"
    for gap in gaps:
        # Nothing that came later brings any of it back: it is no wider than what is lost.
        found = gap.end + KEPT
        assert not [at for when, brought in pub.told if when >= found for at in brought if gap.begin <= at < gap.end]
        told_by = [at for at in pub.alarms if gap.begin < at <= gap.begin + KEPT - timedelta(days=3)]
        assert len(told_by) == 1, "somebody was told three days before the first of it was lost, once"
    assert pub.reading.at_risk_since is None
    assert pub.reading.read_until is not None
    assert pub.now - pub.reading.read_until < timedelta(hours=12)
