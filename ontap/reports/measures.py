"""What is timed, and from when to when: at the gateway, and on our board."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Func, IntegerField

GATEWAY, BOARD = "Table Tracker", "Board"


@dataclass(frozen=True, slots=True)
class Measure:
    """A time between two moments that a tracked order keeps, with its words."""

    name: str
    kind: str
    title: str
    words: str
    since: str
    until: str

    @property
    def column(self) -> str:
        return f"{self.name}_s"


LOCATE = Measure(
    "locate",
    GATEWAY,
    "Time to locate",
    "From the puck's start to its place on a table.",
    "started_at",
    "located_at",
)
DELIVERY = Measure(
    "delivery",
    GATEWAY,
    "Delivery",
    "From the puck's start until it is cleared. This is what LRS calls delivery: it ends when somebody takes the puck "
    "back, not when the tray comes.",
    "started_at",
    "cleared_at",
)
AT_TABLE = Measure(
    "at_table",
    GATEWAY,
    "At the table",
    "From the puck's place on a table until it is cleared.",
    "located_at",
    "cleared_at",
)
ACCEPT = Measure(
    "accept",
    BOARD,
    "Placed to accepted",
    "From the guest's order until somebody accepts it on the board.",
    "order_placed_at",
    "order_accepted_at",
)
MAKE = Measure(
    "make",
    BOARD,
    "Accepted to ready",
    "Until somebody marks it ready.",
    "order_accepted_at",
    "order_ready_at",
)
BRING = Measure(
    "bring",
    BOARD,
    "Accepted to brought",
    "Until somebody marks it brought or collected. An order that a puck's return completed is not in it: the gateway's "
    "own times say when that was.",
    "order_accepted_at",
    "order_completed_at",
)
MEASURES = (LOCATE, DELIVERY, AT_TABLE, ACCEPT, MAKE, BRING)
NAMED = {measure.name: measure for measure in MEASURES}


def seconds(measure: Measure) -> "Seconds":
    """Whole seconds that went by, none where one of the moments is not known."""
    return Seconds(F(measure.until), F(measure.since))


class Seconds(Func):
    """Whole seconds between two moments, rounded down: later, earlier."""

    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        # Moments are texts here, with six digits of a second or none; what is short of a whole second goes.
        (later, one), (earlier, other) = (compiler.compile(part) for part in self.get_source_expressions())
        whole = "CAST(strftime('%%s', substr({0}, 1, 19)) AS INTEGER)"
        return (
            f"({whole.format(later)} - {whole.format(earlier)} - (substr({later}, 20) < substr({earlier}, 20)))",
            (*one, *other, *one, *other),
        )

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = "floor(date_part('epoch', %(expressions)s))::int"
        return self.as_sql(compiler, connection, template=template, arg_joiner=" - ", **extra)
