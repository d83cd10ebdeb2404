"""Addresses of tracker. Its websocket is `wire.PATH` (`ontap.asgi`); the page for managers is in the admin."""

from django.urls import path

from tracker import wire
from tracker.views import BeginView, WaitView

_ENROL = wire.ENROL_PATH.lstrip("/")

urlpatterns = [
    path(_ENROL, BeginView.as_view(), name="agent-enrol"),
    path(f"{_ENROL}/wait", WaitView.as_view(), name="agent-enrol-wait"),
]
