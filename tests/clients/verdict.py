"""The ledger against the database: what exactly was lost, doubled, stray, misplaced, out of
order, unseen, stale or late. Pure.

The promise (design: "An order is never lost, never doubled, never shown late for ever") is for every order that was
acknowledged or appeared on a board, and for every client_order_id. An order without a key whose socket ended before it
was heard of again is nobody's debt.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tests.clients.case import Case, Finding
from tests.clients.existing import doubled, keyless, lost, lost_in_silence, stray
from tests.clients.ledger import Ledger, Stored
from tests.clients.showing import delays, misplaced, out_of_order, shown_twice, stale, unseen

MOST_SHOWN = 50
RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    lost,
    lost_in_silence,
    doubled,
    misplaced,
    shown_twice,
    keyless,
    stray,
    out_of_order,
    unseen,
    stale,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Empty findings are a clean verdict. `worst_delay` is the longest, in seconds, that a listening board waited."""

    orders: int
    findings: tuple[Finding, ...]
    worst_delay: float

    def of(self, kind: str) -> list[str]:
        """What the findings of one kind are about."""
        return [finding.about for finding in self.findings if finding.kind == kind]

    def assert_clean(self) -> None:
        if self.findings:
            raise AssertionError(str(self))

    def __str__(self) -> str:
        counts = Counter(finding.kind for finding in self.findings)
        told = ", ".join(f"{count} {kind}" for kind, count in counts.items()) or "nothing wrong"
        head = f"{self.orders} orders, {told}, worst delay {self.worst_delay:.2f} s"
        return "\n".join([head, *(f"  {finding}" for finding in self.findings[:MOST_SHOWN])])


def check(ledger: Ledger, stored: Iterable[Stored], *, late_after: float | None = None) -> Verdict:
    """Compares; to be called while the connections that shall have heard everything are still open.

    A board is late with an order when it shows it more than `late_after` seconds after the order was surely there:
    acknowledged or on another board; without an ack, after its order_time.
    """
    case = Case(ledger, list(stored))
    with ledger.lock:
        findings = [finding for rule in RULES for finding in rule(case)]
        waits = list(delays(case))
    if late_after is not None:
        late = (one for one in waits if one[2] > late_after)
        findings += [Finding("late", order_id, f"reached {name} after {delay:.2f} s") for name, order_id, delay in late]
    return Verdict(len(case.stored), tuple(findings), max((delay for _, _, delay in waits), default=0.0))
