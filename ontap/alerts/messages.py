"""What a target is told, as the JSON of a webhook and as the text of a mail. Pure."""

import json
from datetime import datetime

from django.conf import settings

from ontap.alerts.models import Alert, AlertDelivery

VERSION = 1
NAMES = {"opened": "alert.opened", "over": "alert.over", "test": "test"}
TEST = "This is a test: nothing is wrong."


def body_of(delivery: AlertDelivery, alert: Alert | None) -> bytes:
    """The JSON of a webhook, the same bytes at each attempt but for nothing: `id` tells a repeat from news."""
    told: dict[str, object] = {
        "version": VERSION,
        "id": str(delivery.pk),
        "event": NAMES[delivery.event],
        "planned_at": _text(delivery.planned_at),
        "alert": None,
    }
    if alert is not None:
        told["alert"] = {
            "id": alert.pk,
            "kind": alert.kind,
            "venue": {"id": alert.venue_id, "name": alert.venue.name},
            "what": alert.what,
            "todo": alert.todo,
            "since": _text(alert.since),
            "opened_at": _text(alert.opened_at),
            "over_at": _text(alert.over_at),
        }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def mail_of(delivery: AlertDelivery, alert: Alert | None) -> tuple[str, str]:
    """Subject and text."""
    if alert is None:
        return "onTap: a test", f"{TEST}\n"
    venue, kind = " ".join(alert.venue.name.split()), alert.get_kind_display()
    if delivery.event == "over":
        return f"{venue}: over: {kind}", f"It is over since {_clock(alert, alert.over_at)}.\n\n{_where(alert)}"
    lines = [alert.what, alert.todo, f"Since {_clock(alert, alert.since)}."]
    return f"{venue}: {kind}", "\n".join(line for line in lines if line) + f"\n\n{_where(alert)}"


def _where(alert: Alert) -> str:
    return f"{settings.ONTAP_PUBLIC_URL}/board/{alert.venue_id}/\n" if settings.ONTAP_PUBLIC_URL else ""


def _clock(alert: Alert, at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(alert.venue.zone):%-d %B %H:%M}"


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="milliseconds")
