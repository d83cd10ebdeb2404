from django.apps import AppConfig


class TrackerConfig(AppConfig):
    name = "tracker"

    def ready(self) -> None:
        from orders import wishes  # models are there only now
        from tracker.wishes import carry_out

        wishes.carried_out_by(carry_out)
