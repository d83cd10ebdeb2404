"""The database that is measured can be ordered from."""

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from tests.benchmarks.seed import board_key, fill
from venues.access import Credentials, admit_board, admit_guest
from venues.catalogue import load_catalogue


@pytest.mark.django_db
def test_seeded_venue_sells_the_seeds_order_and_lets_everybody_in(settings: Settings) -> None:
    settings.ONTAP_ALLOW_OPEN_TABLES = True
    fill(2, 3)
    catalogue = load_catalogue(2)
    assert catalogue is not None
    assert {13, 18} <= catalogue.products.keys()
    assert str(catalogue.by_name["carlsberg"][0].price) == "3.20"
    guest = admit_guest(catalogue, "3", Credentials(), timezone.now())
    assert guest is not None
    assert guest.session_id is not None
    assert admit_board(catalogue, Credentials(device_key=board_key(2))) is not None
    assert admit_board(catalogue, Credentials(device_key=board_key(1))) is None
