"""The demo's board: a device whose key is in the file of addresses and nowhere else."""

from datetime import datetime

from venues.codes import new_token, token_hash
from venues.demo.links import VENUE_ID, addresses_file, kept_key, write_addresses
from venues.demo.private_files import read_private
from venues.models import Device, Venue

NAME = "Demo board"


def renew_board(now: datetime, *, fresh: bool) -> None:
    """Make the board's device where there is none yet, or where its key was lost with the file: then the old one ends.

    A device that a person revoked stays revoked while the file is there.
    """
    if not fresh and read_private(addresses_file()) is not None:
        return
    if not Venue.objects.filter(pk=VENUE_ID).exists():
        return
    key = kept_key() or new_token()  # a data folder that got an empty database keeps its key
    Device.objects.filter(venue_id=VENUE_ID, name=NAME, created_by=None, revoked_at=None).update(revoked_at=now)
    Device.objects.create(venue_id=VENUE_ID, name=NAME, key_hash=token_hash(key), created_at=now)
    write_addresses(key)
