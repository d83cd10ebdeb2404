"""A puck that is nobody's is somebody's a moment later, and is left with them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from tests.tracker.platform.evening import Evening
from tests.tracker.platform.test_answers_in_a_race import until_one_waits_for_us
from tracker import reconciling
from tracker.models import CommandState, GatewayCommand

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_forgotten_puck_that_is_given_to_an_order_at_that_moment_is_not_cleared() -> None:
    pub = Evening()
    gone = pub.order()
    pub.move(gone, "acceptorder")
    GatewayCommand.objects.update(state=CommandState.SENT)
    pub.move(gone, "cancelorder")
    key = pub.tell("created")
    GatewayCommand.objects.update(state=CommandState.DONE, order_uuid=str(key))
    order = pub.order(table="8")
    pub.move(order, "acceptorder", step=False)

    def clear() -> int:
        try:
            return reconciling.clear_forgotten(pub.venue.pk, pub.now + timedelta(minutes=1))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            pub.step()
            cleared = thread.submit(clear)
            until_one_waits_for_us()
        assert cleared.result(10) == 0
    assert pub.tracked(key).order_id == order.pk
    assert [verb for verb, _, _ in pub.commands()] == ["start"]
