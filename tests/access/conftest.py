"""The cast, made once for all tests of a file.

Each of them is marked `django_db`, so what it does is undone at its end: a savepoint within the file's transaction.
"""

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from tests.access.cast import Cast, make_cast

PICTURE = "0123456789abcdef" * 4


@pytest.fixture(scope="module")
def cast(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cast]:
    media = tmp_path_factory.mktemp("media")
    (media / "pictures").mkdir()
    picture = Path(settings.BASE_DIR) / "venues" / "demo" / "pictures" / "bitter.webp"
    copyfile(picture, media / "pictures" / f"{PICTURE}.webp")
    # Pages answer plain requests, where production would send them to https first.
    with (
        override_settings(MEDIA_ROOT=media, SECURE_SSL_REDIRECT=False),
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        yield make_cast()
        transaction.set_rollback(True)
