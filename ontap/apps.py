from django.apps import AppConfig


class OntapConfig(AppConfig):
    name = "ontap"
    verbose_name = "onTap"

    def ready(self) -> None:
        from ontap import checks  # noqa: F401  registers them
