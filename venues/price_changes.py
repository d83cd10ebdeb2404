"""Many prices up or down at once: by how much, and to which pence they are rounded. Pure."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

PENNY = Decimal("0.01")
MOST = Decimal("999999.99")
STEPS = {1: "pence", 5: "5 pence", 10: "10 pence"}


@dataclass(frozen=True, slots=True)
class PriceChange:
    """`by` percent, or an amount; down where it is negative. Rounded to `step` pence, half up."""

    by: Decimal
    percent: bool
    step: int = 1

    def of(self, price: Decimal) -> Decimal | None:
        """The new price; None where there is none, because it would be negative or too long."""
        new = price * (1 + self.by / 100) if self.percent else price + self.by
        step = PENNY * self.step
        rounded = ((new / step).quantize(Decimal(1), ROUND_HALF_UP) * step).quantize(PENNY)
        return rounded if 0 <= rounded <= MOST else None
