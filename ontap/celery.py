"""The Celery application: `celery -A ontap worker`, `celery -A ontap beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ontap.settings")
app = Celery("ontap")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
