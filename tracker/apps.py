from django.apps import AppConfig


class TrackerConfig(AppConfig):
    name = "tracker"

    def ready(self) -> None:
        from orders import standing, wishes  # models are there only now
        from tracker.health import told_troubles
        from tracker.loose import loose_pucks
        from tracker.wishes import carry_out

        wishes.carried_out_by(carry_out)
        standing.told_by(told_troubles, loose_pucks)
