"""The matrix of the admin: for each model who sees, adds, changes and deletes which rows, its actions and inlines.

List, form, history, deletion, autocomplete, popup and export follow from it, and are walked in `test_admin.py`. What
one manager may change of what several venues share is in `tests/venues/test_admin_menu.py`.
"""

from collections.abc import Mapping

from django.db.models import Model

from ontap.models import Alert, AlertTarget
from orders.models import Order
from tests.access.rights import MANAGING, NOBODY, OPERATING, OPERATORS, POWER, SHARED, SUPERUSERS, AdminRow
from tracker.models import EdgeAgent, Gateway, GatewayCommand, Reading, TrackedOrder
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
    ScheduledChange,
    Table,
    TableSession,
    User,
    Venue,
    VenueProduct,
)

TO_LOOK_AT = AdminRow(changes=NOBODY, deletes=NOBODY, adds=frozenset())
DELETE = {"delete_selected": MANAGING}
# Ask first to which value.
ASKING = ("set_active", "set_category", "set_tax", "set_diets", "set_age")

ADMIN: Mapping[type[Model], AdminRow] = {
    # Names are unique over all operators, so a form would tell which there are.
    Operator: AdminRow(SHARED, OPERATING, POWER, SUPERUSERS, actions={"delete_selected": POWER}),
    Venue: AdminRow(
        deletes=OPERATING,
        adds=OPERATORS,
        actions={"delete_selected": OPERATING},
        inlines=("OpeningHours", "OpeningException"),
    ),
    Table: AdminRow(
        actions={**DELETE, "clear": MANAGING, "stop": MANAGING, "let_go_on": MANAGING, "codes": MANAGING},
        quiet=frozenset({"codes"}),  # leads to the page of the codes
    ),
    TableSession: TO_LOOK_AT,
    Device: AdminRow(deletes=NOBODY, actions={"revoke": MANAGING}),
    # The houses' menus are used by their one venue each.
    Menu: AdminRow(adds=OPERATORS, actions=DELETE, inlines=("Category",)),
    Category: AdminRow(actions=DELETE, inlines=("ScheduledChange",)),
    Product: AdminRow(
        actions={**DELETE, **dict.fromkeys(ASKING, MANAGING)},
        inlines=("ProductAllergen", "ProductOptionGroup", "VenueProduct", "ScheduledChange"),
        quiet=frozenset(ASKING),
    ),
    OptionGroup: AdminRow(SHARED, actions=DELETE, inlines=("Option",)),
    VenueProduct: AdminRow(actions=DELETE),
    # One that is made is withdrawn and not changed. The cast's has failed, so there is nothing to withdraw.
    ScheduledChange: AdminRow(changes=NOBODY, actions={**DELETE, "withdraw": MANAGING}, quiet=frozenset({"withdraw"})),
    Alert: AdminRow(changes=NOBODY, deletes=NOBODY, adds=frozenset(), actions={"mark_seen": MANAGING}),
    AlertTarget: AdminRow(
        actions={**DELETE, "send_test": MANAGING, "renew_secret": MANAGING},
        quiet=frozenset({"renew_secret"}),  # of an address of mail, which has none
    ),
    # The row is one of staff: what a manager may not do to other managers is in test_admin_people.py.
    User: AdminRow(
        actions={**DELETE, "unlock": MANAGING, "reset_second_factor": MANAGING},
        inlines=("Membership",),
        quiet=frozenset({"unlock", "reset_second_factor"}),  # of somebody who is not locked, and has none
    ),
    Invitation: AdminRow(deletes=NOBODY, actions={"take_back": MANAGING}),
    AuditEntry: AdminRow(changes=NOBODY, deletes=NOBODY, adds=frozenset(), history=NOBODY),
    Membership: AdminRow(actions=DELETE),
    Order: AdminRow(changes=NOBODY, deletes=NOBODY, adds=frozenset(), inlines=("OrderLine",)),
    # An agent is never typed in: its form to add asks for the code that it shows.
    EdgeAgent: AdminRow(deletes=NOBODY, actions={"revoke": MANAGING}),
    Gateway: AdminRow(deletes=NOBODY, adds=frozenset()),
    GatewayCommand: AdminRow(deletes=NOBODY, adds=frozenset(), actions={"again": MANAGING}),
    Reading: AdminRow(deletes=NOBODY, adds=frozenset(), actions={"read_now": MANAGING}),
    TrackedOrder: TO_LOOK_AT,
}
