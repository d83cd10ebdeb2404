"""Rows of what joins the apps: alerts, and where they are sent."""

from ontap.alerts.models import Alert, AlertDelivery, AlertTarget

__all__ = ["Alert", "AlertDelivery", "AlertTarget"]
