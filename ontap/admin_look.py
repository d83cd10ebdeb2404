"""How the admin looks: the colours of look.css, and its pages in the order in which a manager's day needs them."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy
from django.utils.module_loading import import_string

BOTTLE_GREEN = {
    "50": "#f0f5f2",
    "100": "#dbe7e0",
    "200": "#b8cfc3",
    "300": "#8db09f",
    "400": "#5f8c78",
    "500": "#3f705c",
    "600": "#285143",
    "700": "#214338",
    "800": "#1b362d",
    "900": "#162b25",
    "950": "#0b1713",
}
PORCELAIN = {
    "50": "#fafcfa",
    "100": "#f1f5f2",
    "200": "#dfe6e2",
    "300": "#c0ccc5",
    "400": "#93a19a",
    "500": "#5d6d65",
    "600": "#43534c",
    "700": "#2b3934",
    "800": "#151f1b",
    "900": "#0c1311",
    "950": "#060a09",
}


def _page(title: str, icon: str, model: str) -> dict[str, Any]:
    """A list of the admin; shown to whoever may see it."""
    app, name = model.split(".")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{name}_changelist"),
        "permission": _may_see(app, name),
    }


def _may_see(app: str, name: str) -> Callable[[HttpRequest], bool]:
    def may_see(request: HttpRequest) -> bool:
        from venues.admin.site import site

        return any(
            admin.has_view_permission(request)
            for model, admin in site._registry.items()
            if (model._meta.app_label, model._meta.model_name) == (app, name)
        )

    return may_see


def _own_menu(request: HttpRequest) -> str:
    """The menu's page for people of one venue; empty for those of several, who choose one in the list of venues."""
    from venues.admin.scopes import only_venue

    venue_id = only_venue(request)
    return reverse("admin:venues_venue_menu", args=[venue_id]) if venue_id is not None else ""


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "onTap",
    "SITE_HEADER": "onTap",
    "SITE_ICON": lambda request: static("venues/mark.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("venues/mark.svg")}],
    "SITE_URL": "/",
    "DASHBOARD_CALLBACK": "ontap.dashboard.page.dashboard",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "COLORS": {"base": PORCELAIN, "primary": BOTTLE_GREEN},
    "ACCOUNT": {"navigation": [{"title": "Your login", "link": reverse_lazy("own-login")}]},
    "SIDEBAR": {
        "show_search": False,
        "navigation": [
            {
                "title": "Today",
                "items": [
                    {"title": "Overview", "icon": "home", "link": reverse_lazy("admin:index")},
                    {"title": "Sites", "icon": "location_city", "link": reverse_lazy("sites")},
                    _page("Alerts", "notifications", "ontap.alert") | {"counts": "ontap.alerts.admin.open_alerts"},
                    _page("Orders", "receipt_long", "orders.order"),
                    {"title": "Reports", "icon": "monitoring", "link": reverse_lazy("reports")},
                ],
            },
            {
                "title": "Menu",
                "separator": True,
                "items": [
                    {
                        "title": "Menu here",
                        "icon": "edit_note",
                        "link": _own_menu,
                        "permission": lambda request: bool(_own_menu(request)),
                    },
                    _page("Menus", "menu_book", "venues.menu"),
                    _page("Categories", "category", "venues.category"),
                    _page("Products", "restaurant", "venues.product"),
                    _page("Options", "tune", "venues.optiongroup"),
                    _page("Planned changes", "schedule", "venues.scheduledchange"),
                ],
            },
            {
                "title": "Places",
                "separator": True,
                "items": [
                    _page("Venues", "storefront", "venues.venue"),
                    _page("Tables", "table_restaurant", "venues.table"),
                    _page("Table sessions", "groups", "venues.tablesession"),
                    _page("Devices", "tablet", "venues.device"),
                ],
            },
            {
                "title": "Table Tracker",
                "separator": True,
                "items": [
                    _page("Agents", "router", "tracker.edgeagent"),
                    _page("Gateways", "cell_tower", "tracker.gateway"),
                    _page("Pucks and orders", "pin_drop", "tracker.trackedorder"),
                    _page("Commands", "terminal", "tracker.gatewaycommand"),
                    _page("Readings", "sync", "tracker.reading"),
                ],
            },
            {
                "title": "People",
                "separator": True,
                "items": [
                    _page("People", "person", "venues.user"),
                    _page("Roles", "badge", "venues.membership"),
                    _page("Invitations", "person_add", "venues.invitation"),
                    _page("Who hears of alerts", "outgoing_mail", "ontap.alerttarget"),
                    _page("Operators", "corporate_fare", "venues.operator"),
                    _page("Audit log", "policy", "venues.auditentry"),
                ],
            },
        ],
    },
}


_PAGES: list[dict[str, Any]] = UNFOLD["SIDEBAR"]["navigation"]


def _counted(request: HttpRequest) -> list[dict[str, Any]]:
    """The pages, with a number beside those that count something, unless it is none: a red 0 is no news."""
    return [
        {**group, "items": [{**item, "badge": _number(item, request)} for item in group["items"]]} for group in _PAGES
    ]


def _number(item: dict[str, Any], request: HttpRequest) -> str:
    return str(import_string(item["counts"])(request) or "") if "counts" in item else ""


UNFOLD["SIDEBAR"]["navigation"] = _counted
