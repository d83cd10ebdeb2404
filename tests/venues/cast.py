"""Alice's pub and Bob's bar: two operators with everything, and people of every role at each.

Whatever is Alice's has "Alice" in its words, so that it is found wherever it shows.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils import timezone

from ontap.alerts.delivering import plan_test
from ontap.models import Alert, AlertDelivery, AlertTarget
from orders.models import Order
from tests.factories import (
    make_agent,
    make_alert,
    make_change,
    make_command,
    make_device,
    make_gateway,
    make_operator,
    make_options,
    make_order,
    make_person,
    make_product,
    make_reading,
    make_table,
    make_target,
    make_tracked,
    make_venue,
)
from tracker.models import EdgeAgent, Gateway, GatewayCommand, Reading, TrackedOrder
from venues.access import start_session
from venues.audit import What
from venues.invitations import invite
from venues.models import (
    AuditEntry,
    Category,
    Device,
    Invitation,
    Membership,
    Menu,
    Operator,
    OptionGroup,
    Product,
    Role,
    ScheduledChange,
    Table,
    TableSession,
    User,
    Venue,
    VenueProduct,
)


@dataclass
class House:
    """One operator with a venue, what is there, and whoever works there."""

    operator: Operator
    venue: Venue
    table: Table
    product: Product
    group: OptionGroup
    difference: VenueProduct
    change: ScheduledChange
    device: Device
    agent: EdgeAgent
    gateway: Gateway
    command: GatewayCommand
    tracked: TrackedOrder
    reading: Reading
    session: TableSession
    invitation: Invitation
    noted: AuditEntry
    order: Order
    alert: Alert
    target: AlertTarget
    delivery: AlertDelivery
    owner: User
    manager: User
    staff: User

    def row_of(self, model: type[Model] | None) -> Any:
        """The house's row of a model, for tests that walk over all of them."""
        if model is Membership:
            return Membership.objects.get(user=self.staff)
        rows: dict[Any, Any] = {
            AuditEntry: self.noted,
            Alert: self.alert,
            AlertTarget: self.target,
            Category: self.product.category,
            Device: self.device,
            EdgeAgent: self.agent,
            Gateway: self.gateway,
            GatewayCommand: self.command,
            Invitation: self.invitation,
            Menu: self.venue.menu,
            Operator: self.operator,
            OptionGroup: self.group,
            Order: self.order,
            Product: self.product,
            Reading: self.reading,
            ScheduledChange: self.change,
            Table: self.table,
            TableSession: self.session,
            TrackedOrder: self.tracked,
            User: self.staff,
            Venue: self.venue,
            VenueProduct: self.difference,
        }
        return rows[model]


def make_house(name: str, operator: Operator | None = None) -> House:
    """A house whose every word holds its name, of an operator of its own unless it is given one."""
    operator = operator or make_operator(f"{name} Group")
    venue = make_venue(operator, f"{name}'s", pay_sentence=f"Pay {name}.")
    table = make_table(venue, f"{name} 1", zone=f"{name} room")
    product = make_product(venue, f"{name} ale", "4.60", category=f"{name} beer", description=f"{name} knows.")
    group = make_options(product, f"{name} size", {f"{name} half": "0", f"{name} pint": "2.00"})
    difference = VenueProduct.objects.create(venue=venue, product=product, stock=20)
    order = make_order(table, {product: 1})
    owner = make_person(f"{name}-owner", Role.OPERATOR, operator)
    invitation = Invitation(operator=operator, venue=venue, role=Role.STAFF, name=f"{name} Newcomer")
    invite(invitation, owner, timezone.now())
    agent = make_agent(venue, f"{name} box")[0]
    target = make_target(venue, f"{name.lower().replace(' ', '-')}@{name.replace(' ', '-')}.example")
    return House(
        operator=operator,
        venue=venue,
        table=table,
        product=product,
        group=group,
        difference=difference,
        change=make_change(product, venue, why=f"{name} planned it.", state="failed"),
        device=make_device(venue, f"{name} tablet")[0],
        agent=agent,
        gateway=make_gateway(agent, name=f"{name} gateway"),
        command=make_command(venue, "22", why=f"{name} ordered", agent=agent, state="dead"),
        tracked=make_tracked(venue, tag="7", type=f"{name} type", order=order),
        reading=make_reading(venue, failed_at=timezone.now(), detail=f"{name} does not answer."),
        session=start_session(table, timezone.now()),
        order=order,
        owner=owner,
        invitation=invitation,
        noted=AuditEntry.objects.get(what=What.INVITED, venue=venue),
        alert=make_alert(venue, f"{name}'s agent is silent."),
        target=target,
        delivery=plan_test(target, timezone.now()),
        manager=make_person(f"{name}-manager", Role.MANAGER, venue),
        staff=make_person(f"{name}-staff", Role.STAFF, venue),
    )
