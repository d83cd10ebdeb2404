from django.apps import AppConfig


class VenuesConfig(AppConfig):
    name = "venues"

    def ready(self) -> None:
        from venues import audit_receivers, receivers, signals  # noqa: F401  connects them
