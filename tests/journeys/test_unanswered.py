"""An order that nobody answers, through beat, worker, database and feed to the sockets, on real processes."""

import pytest

from tests.clients.v1 import V1Guest
from tests.clients.v2 import V2Board, V2Guest
from tests.journeys.running import Running

# Beat looks every five seconds. Alert at the first look, reject at the second or third.
IMPATIENT = "Venue.objects.filter(pk=1).update(alert_after=0, escalate_after=6, reject_after=6)"


@pytest.fixture(scope="module")
def with_worker() -> bool:
    return True


def test_boards_are_alerted_and_the_guest_hears_a_no(running: Running) -> None:
    running.manage("shell", "--no-imports", "-c", f"from venues.models import Venue; {IMPATIENT}")
    table = running.table_socket(1, "9")
    with V2Board(running.device_socket(1)) as board, V2Guest(table) as guest, V1Guest(table) as old_guest:
        ack = guest.place({"13": 1})
        notice = board.next_notice("unanswered", 10)
        assert (notice.body["order_id"], notice.body["table_number"]) == (ack.order_id, "9")
        rejected = guest.wait_state(ack.order_id, "rejected", 15)
        assert rejected.body["reason"] == "Nobody answered for 6 seconds. Please order at the bar."
        assert old_guest.next_status(order_id=ack.order_id).order_status == "rejected"
        assert board.wait_state(ack.order_id, "rejected").body["undo"] is None
