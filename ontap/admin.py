"""What joins the apps, in the admin: found here by Django."""

from ontap.alerts import admin

__all__ = ["admin"]
