"""A webhook's secret, and the signature that its receiver checks (docs/operations.md, "Alerts")."""

import base64
import hashlib
import hmac

from django.conf import settings

HEADER = "OnTap-Signature"


def secret_of(target_id: int, version: int) -> str:
    """What the receiver keeps. Derived, so that no dump of the database holds it: a new SECRET_KEY makes all anew."""
    words = f"ontap.alerts.webhook/{target_id}/{version}".encode()
    made = hmac.digest(settings.SECRET_KEY.encode(), words, hashlib.sha256)
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def signature(secret: str, body: bytes, at: int) -> str:
    """The header's value: `t=<unix seconds>,v1=<hex of HMAC-SHA256 over "<t>.<body>">`."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"
