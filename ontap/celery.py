"""The Celery application: `celery -A ontap worker`, `celery -A ontap beat`."""

import os
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ontap.settings")
app = Celery("ontap")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.worker_init.connect
@signals.beat_init.connect
def stop_on_wrong_settings(**kwargs: Any) -> None:
    """A worker or a beat of a wrong mix must not start, whoever starts it."""
    from ontap import checks  # the apps are ready only now

    checks.stop_on_wrong_settings()


@signals.setup_logging.connect
def keep_our_logging(**kwargs: Any) -> None:
    """A receiver, whatever it does, keeps Celery from setting up a log of its own, without the scrubbing."""
