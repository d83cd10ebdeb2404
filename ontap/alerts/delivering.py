"""Tells targets what was planned for them: each attempt once, again after errors that pass by themselves."""

import random
import smtplib
import time
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q

from ontap.alerts import webhook
from ontap.alerts.errors import NotReached, NotTold, Refused
from ontap.alerts.messages import body_of, mail_of
from ontap.alerts.models import WAITING, AlertDelivery, AlertTarget
from ontap.alerts.signing import HEADER, secret_of, signature

MOST_ATTEMPTS = 8
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)
LEASE = timedelta(seconds=60)  # longer than any attempt takes; what a dead worker held is tried again after it
MOST_AT_ONCE = 200
MAIL_REFUSED = 500


def deliveries_due(now: datetime) -> list[uuid.UUID]:
    """What is to be told now, or was with a worker that died."""
    rows = AlertDelivery.objects.filter(_due(now)).order_by("next_try_at")
    return list(rows.values_list("pk", flat=True)[:MOST_AT_ONCE])


def deliver(delivery_id: uuid.UUID, now: datetime) -> bool:
    """Make one attempt; False where there was nothing to do (any more). Whoever claims it makes it, nobody else."""
    row = AlertDelivery.objects.select_related("target", "alert__venue").filter(pk=delivery_id).first()
    if row is None:
        return False
    claimed = AlertDelivery.objects.filter(_due(now), pk=row.pk, attempts=row.attempts)
    claim = {"state": "sending", "lease_until": now + LEASE, "attempts": F("attempts") + 1}
    if not claimed.update(**claim):
        return False
    attempt = row.attempts + 1
    try:
        words = _tell(row, attempt)
    except NotTold as error:
        _note_failure(row, attempt, error, now)
    else:
        _note(row, attempt, state="done", detail=words, finished_at=now)
    return True


def plan_test(target: AlertTarget, now: datetime) -> AlertDelivery:
    """A message that says that it is a test, on its way with the next beat."""
    return AlertDelivery.objects.create(target=target, event="test", planned_at=now, next_try_at=now)


def wait_after(attempt: int) -> timedelta:
    """Before the next one: twice as long each time, and never the same for two targets."""
    doubled: timedelta = FIRST_WAIT * 2 ** (attempt - 1)
    return min(doubled, LONGEST_WAIT) * random.uniform(0.75, 1.25)


def _due(now: datetime) -> Q:
    waits = Q(state__in=WAITING, next_try_at__lte=now)
    return waits | Q(state="sending", lease_until__lt=now)


def _tell(row: AlertDelivery, attempt: int) -> str:
    """What came of it, in words. Raises NotTold."""
    if not row.target.active:
        raise Refused("Switched off meanwhile.")
    if row.target.way == "mail":
        return _mail(row)
    body, at = body_of(row, row.alert), int(time.time())
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "onTap",
        "OnTap-Delivery": f"{row.pk}/{attempt}",
        HEADER: signature(secret_of(row.target.pk, row.target.secret_version), body, at),
    }
    return f"Answered {webhook.post(row.target.address, body, headers, private=settings.EMBEDDED)}."


def _mail(row: AlertDelivery) -> str:
    if not settings.ONTAP_EMAIL_URL:
        raise Refused("This installation sends no mail: ONTAP_EMAIL_URL is not set.")
    subject, text = mail_of(row, row.alert)
    message = EmailMessage(subject, text, to=[row.target.address], headers={"Message-ID": f"<{row.pk}@ontap>"})
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        raise (Refused if code >= MAIL_REFUSED else NotReached)(f"The mail server answered {code}.") from error
    except (OSError, smtplib.SMTPException) as error:  # SMTPException is an OSError today
        raise NotReached(f"The mail server: {type(error).__name__}.") from error
    return "Taken by the mail server."


def _note_failure(row: AlertDelivery, attempt: int, error: NotTold, now: datetime) -> None:
    if error.permanent or attempt >= MOST_ATTEMPTS:
        _note(row, attempt, state="dead", detail=str(error), finished_at=now)
    else:
        _note(row, attempt, state="failed", detail=str(error), next_try_at=now + wait_after(attempt))


def _note(row: AlertDelivery, attempt: int, **fields: object) -> None:
    """Unless the lease ran out, and another attempt is on its way."""
    AlertDelivery.objects.filter(pk=row.pk, state="sending", attempts=attempt).update(**fields)
