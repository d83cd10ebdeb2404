"""The matrix: every address, and who may ask for it with which method.

A key is the method and the route as `urls.py` writes it, and a few words more where one route is asked for in several
ways. An address without a row fails `test_addresses.py` by name. The admin's lists and forms are in
`admin_matrix.py`, what is said on sockets and Celery's tasks in `traffic_matrix.py`.
"""

from collections.abc import Mapping

from tests.access.conftest import PICTURE
from tests.access.rights import (
    ADMIN_INDEX,
    BOARD,
    EVERYBODY,
    LOG_IN,
    LOGIN,
    MANAGING,
    MEMBERS,
    MENU,
    NO_ROW_OF_THE_ADMIN,
    NOT_FOUND,
    NOT_IN_THE_ADMIN,
    OPERATING,
    PEOPLE,
    UNKNOWN_HERE,
    May,
    Refused,
    Row,
    Value,
    Who,
)

NOT_MANAGERS = frozenset({Who.STAFF, Who.DEVICE})
# An address without ids: whose things are shown is another question, which the pages' own tests answer.
MANAGERS_PAGE = MANAGING


def _board(answer: str = "200", **more: object) -> Row:
    return Row(BOARD, answer, LOG_IN, **more)  # type: ignore[arg-type]


_TABLE = "/board/<id:venue_id>/tables/<id:table_id>/"
_ORDER = "/board/<id:venue_id>/orders/<uuid:order_id>/"

ANYBODY = May(PEOPLE)
NOT_LOGGED_IN = Refused(LOGIN, LOGIN, LOGIN)

FOR_EVERYBODY: Mapping[str, Row] = {
    "GET /": Row(EVERYBODY),
    "GET /healthz": Row(EVERYBODY),
    "GET /readyz": Row(EVERYBODY),
    "GET /offline": Row(EVERYBODY),
    "GET /service-worker.js": Row(EVERYBODY),
    "GET /look/<colour:colour>.css": Row(EVERYBODY),
    # Pictures are public, whoever's they are: whoever has the hash of one has seen it.
    "GET /media/pictures/<picture:name>.webp": Row(EVERYBODY, parts={"name": PICTURE}),
    "GET /media/pictures/small/<picture:name>.webp": Row(EVERYBODY, parts={"name": PICTURE}),
    "GET /login/": Row(EVERYBODY),
    "POST /login/": Row(EVERYBODY, sent=lambda at: {"username": "root", "password": "wrong"}, changes=None),
    "PUT /login/": Row(EVERYBODY),
    "POST /logout/": Row(EVERYBODY, LOGIN, changes=None),
    # The code, or the key, is what opens these.
    "GET /t/<str:code>": Row(EVERYBODY, changes=None),
    "GET /t/<str:code>/": Row(EVERYBODY, changes=None),
    "POST /api/session": Row(EVERYBODY, sent=lambda at: {"code": at.code}, json=True, changes=True),
    "GET /k/<str:key>/": Row(EVERYBODY, "302 /board/"),
    "GET /i/<str:token>/": Row(EVERYBODY, "302 /invitation/"),
    # For whoever has come by the link of one, which is nobody here.
    "GET /invitation/": Row(EVERYBODY, NOT_FOUND),
    "POST /invitation/": Row(EVERYBODY, NOT_FOUND),
    # For whoever has given a password and not the code.
    "GET /login/code/": Row(EVERYBODY, LOGIN),
    "POST /login/code/": Row(EVERYBODY, LOGIN),
    "GET /login/set-up/": Row(ANYBODY, "302 /login/own/", NOT_LOGGED_IN),
    "POST /login/set-up/": Row(ANYBODY, "302 /login/own/", NOT_LOGGED_IN),
    "GET /login/own/": Row(ANYBODY, refused=NOT_LOGGED_IN),
    "POST /login/own/": Row(ANYBODY, "302 /login/", NOT_LOGGED_IN, sent=lambda at: {"do": "end"}, changes=True),
    "POST /agent/enrol": Row(EVERYBODY, sent=lambda at: {"host": "bar-pi"}, json=True, changes=True),
    "POST /agent/enrol/wait": Row(EVERYBODY, "410", sent=lambda at: {"secret": "unknown"}, json=True),
}

FOR_GUESTS: Mapping[str, Row] = {
    "GET /here/<id:venue_id>/": Row(MEMBERS),
    "GET /here/<id:venue_id>/manifest.webmanifest": Row(MENU),
    "GET /api/v1/venues/<id:venue_id>/menu": Row(MENU),
    "GET /session": Row(MENU, refused=UNKNOWN_HERE, sent=lambda at: {"venue_id": at.house.venue.pk}),
    "GET /session at a table": Row(
        MEMBERS,
        refused=UNKNOWN_HERE,
        sent=lambda at: {"venue_id": at.house.venue.pk, "table_number": at.house.table.number},
    ),
    "GET /session at the board": Row(
        BOARD,
        refused=UNKNOWN_HERE,
        sent=lambda at: {"venue_id": at.house.venue.pk, "table_number": "dashboard"},
    ),
}

FOR_THE_BOARD: Mapping[str, Row] = {
    "GET /board/<id:venue_id>/": _board(),
    "GET /board/<id:venue_id>/manifest.webmanifest": Row(BOARD),
    "GET /board/<id:venue_id>/preview/": _board(),
    "GET /board/<id:venue_id>/tables/": _board(),
    f"GET {_TABLE}": _board(),
    f"POST {_TABLE}paid": _board(
        "302 /board/", sent=lambda at: {"order": str(at.house.order.pk), "paid": "yes"}, changes=True
    ),
    f"POST {_TABLE}<slug:verb> open": _board("302 /board/", parts={"verb": "open"}, changes=None),
    f"POST {_TABLE}<slug:verb> clear": _board(parts={"verb": "clear"}),  # asks, for there is an order
    f"POST {_TABLE}<slug:verb> stop": _board("302 /board/", parts={"verb": "stop"}, changes=True),
    f"POST {_TABLE}<slug:verb> go on": _board("302 /board/", parts={"verb": "go-on"}, changes=True),
    f"POST {_TABLE}<slug:verb> rotate": Row(
        MANAGING,
        "302 /board/",
        LOG_IN,
        parts={"verb": "rotate"},
        changes=True,
        forbidden=NOT_MANAGERS,
    ),
    "GET /board/<id:venue_id>/pause": _board(),
    "POST /board/<id:venue_id>/pause": _board("302 /board/", sent=lambda at: {"minutes": "15"}, changes=True),
    "GET /board/<id:venue_id>/sold-out/": _board(),
    "POST /board/<id:venue_id>/sold-out/": _board(
        "302 /board/", sent=lambda at: {"on": str(at.house.product.pk)}, changes=True
    ),
    "POST /board/<id:venue_id>/sold-out/ again": _board(
        "302 /board/", sent=lambda at: {"again": str(at.house.product.pk), "stock": "7"}, changes=True
    ),
    "GET /board/<id:venue_id>/order/": _board(),
    "POST /board/<id:venue_id>/order/ choose": _board(sent=lambda at: {"do": f"choose-{at.house.product.pk}"}),
    "POST /board/<id:venue_id>/order/ place": _board(
        "302 /board/",
        sent=lambda at: {
            "do": "place",
            "table": at.house.table.number,
            f"n-{at.house.product.pk}": "1",
            "key": "matrix",
        },
        changes=True,
    ),
    "GET /board/<id:venue_id>/find/": _board(sent=lambda at: {"q": at.house.order.pk}),
    f"GET {_ORDER}": _board(),
    f"GET {_ORDER}docket": _board(),
    f"POST {_ORDER}paid": _board("302 /board/", sent=lambda at: {"paid": "yes"}, changes=True),
    f"POST {_ORDER}undo": _board("302 /board/", sent=lambda at: {"seq": "1"}),  # of a new order, nothing
}

FOR_MANAGERS: Mapping[str, Row] = {
    "GET /walk/<id:venue_id>/": Row(MANAGING, refused=LOG_IN),
    "POST /walk/<id:venue_id>/": Row(
        MANAGING,
        "302 /walk/",
        LOG_IN,
        sent=lambda at: {"table": str(at.house.table.pk), "tag": "12"},
        changes=True,
    ),
    "GET /walk/<id:venue_id>/seen": Row(MANAGING),
    "GET /sites/": Row(MANAGERS_PAGE, refused=LOG_IN),
    "GET /reports/": Row(MANAGING, refused=LOG_IN, sent=lambda at: {"venue": at.house.venue.pk}),
    # Who takes figures out of the house is noted.
    "GET /reports/orders.csv": Row(
        MANAGING, refused=LOG_IN, sent=lambda at: {"venue": at.house.venue.pk}, changes=True
    ),
    "GET /reports/<slug:name>/": Row(
        MANAGING, refused=LOG_IN, parts={"name": "days"}, sent=lambda at: {"venue": at.house.venue.pk}
    ),
    "GET /reports/<slug:name>/<slug:sheet>.csv": Row(
        MANAGING,
        refused=LOG_IN,
        parts={"name": "products", "sheet": "products"},
        sent=lambda at: {"venue": at.house.venue.pk},
        changes=True,
    ),
}

OF_THE_ADMIN: Mapping[str, Row] = {
    "GET /admin/": Row(MANAGERS_PAGE, refused=NOT_IN_THE_ADMIN),
    "GET /admin/login/": Row(EVERYBODY, changes=None),
    "POST /admin/login/": Row(EVERYBODY, sent=lambda at: {"username": "root", "password": "wrong"}, changes=None),
    "PUT /admin/login/": Row(EVERYBODY),
    "POST /admin/logout/": Row(MANAGERS_PAGE, refused=Refused(ADMIN_INDEX, ADMIN_INDEX, ADMIN_INDEX), changes=None),
    "GET /admin/password_change/": Row(MANAGERS_PAGE, refused=NOT_IN_THE_ADMIN),
    "POST /admin/password_change/": Row(MANAGERS_PAGE, refused=NOT_IN_THE_ADMIN),
    "GET /admin/password_change/done/": Row(MANAGERS_PAGE, refused=NOT_IN_THE_ADMIN),
    "GET /admin/jsi18n/": Row(MANAGERS_PAGE, refused=NOT_IN_THE_ADMIN),
    "GET /admin/search/": Row(MANAGERS_PAGE, refused=NOT_IN_THE_ADMIN, sent=lambda at: {"s": "table"}),
    # What each field finds is in test_admin.py.
    "GET /admin/autocomplete/": Row(
        MANAGERS_PAGE,
        refused=NOT_IN_THE_ADMIN,
        sent=lambda at: {"app_label": "venues", "model_name": "membership", "field_name": "user", "term": ""},
    ),
    "GET /admin/^(?P<app_label>venues|ontap|orders|tracker)/$": Row(
        MANAGERS_PAGE, refused=NOT_IN_THE_ADMIN, address="/admin/venues/"
    ),
    "GET /admin/(?P<url>.*)$": Row(
        MANAGERS_PAGE, NOT_FOUND, NOT_IN_THE_ADMIN, address="/admin/venues/nothing/of/ours/"
    ),
    "GET /admin/venues/user/<id>/password/": Row(
        MANAGING, refused=NOT_IN_THE_ADMIN, parts={"id": lambda at: at.house.staff.pk}
    ),
    "POST /admin/venues/user/<id>/password/": Row(
        MANAGING,
        "302 /admin/venues/user/",
        NOT_IN_THE_ADMIN,
        parts={"id": lambda at: at.house.staff.pk},
        sent=lambda at: {
            "password1": "seven brown owls",
            "password2": "seven brown owls",
            "usable_password": "true",
        },
        changes=True,
    ),
    "GET /admin/tracker/reading/<int:pk>/progress/": Row(
        MANAGING, refused=NOT_IN_THE_ADMIN, parts={"pk": lambda at: at.house.reading.pk}
    ),
}

_VENUE = "/admin/venues/venue/<path:object_id>/"


def _of_venue(answer: str = "200", may: May = MANAGING, **more: object) -> Row:
    parts = {"object_id": lambda at: at.house.venue.pk}
    return Row(may, answer, NO_ROW_OF_THE_ADMIN, parts, **more)  # type: ignore[arg-type]


def _of_guest(thing: str, answer: str = "200", **more: object) -> Row:
    parts = {"object_id": lambda at: getattr(at.house, thing).pk}
    return Row(MANAGING, answer, NO_ROW_OF_THE_ADMIN, parts, **more)  # type: ignore[arg-type]


_MENU = "/admin/venues/menu/<path:object_id>/files/"
_OF_A_MENU: Mapping[str, Value] = {"object_id": lambda at: at.house.venue.menu_id}

OF_A_VENUE: Mapping[str, Row] = {
    f"GET {_VENUE}menu/": _of_venue(),
    f"POST {_VENUE}menu/": _of_venue("302 /admin/venues/venue/"),  # with nothing changed
    f"GET {_VENUE}hours/": _of_venue(),
    f"POST {_VENUE}hours/": _of_venue(sent=lambda at: {"do": "look", "last_order_minutes": "0"}),
    f"GET {_VENUE}plan/": _of_venue(),
    f"POST {_VENUE}plan/": _of_venue(
        "302 /admin/venues/venue/", sent=lambda at: {"do": "add", "first": "51", "last": "52"}, changes=True
    ),
    f"GET {_VENUE}codes/": _of_venue(),
    f"POST {_VENUE}codes/ print": _of_venue(
        sent=lambda at: {"do": "print", "anyway": "yes", "table": at.house.table.pk}, changes=True
    ),
    f"POST {_VENUE}codes/ rotate": _of_venue(
        "302 /admin/venues/venue/", sent=lambda at: {"do": "rotate-yes", "table": at.house.table.pk}, changes=True
    ),
    f"GET {_VENUE}codes/<int:table_id>.svg": _of_venue(),
    f"GET {_VENUE}copy/": _of_venue(may=OPERATING, forbidden=frozenset({Who.MANAGER})),
    f"POST {_VENUE}copy/": _of_venue(
        "302 /admin/venues/venue/",
        OPERATING,
        sent=lambda at: {"name": "Copy"},
        changes=True,
        forbidden=frozenset({Who.MANAGER}),
    ),
    f"GET {_MENU}": Row(MANAGING, refused=NO_ROW_OF_THE_ADMIN, parts=_OF_A_MENU),
    f"POST {_MENU}": Row(MANAGING, refused=NO_ROW_OF_THE_ADMIN, parts=_OF_A_MENU),  # without a file
    # What is handed out, and emptied, is noted.
    f"GET {_MENU}<str:name>": Row(
        MANAGING, refused=NO_ROW_OF_THE_ADMIN, parts={**_OF_A_MENU, "name": "products.csv"}, changes=True
    ),
    "GET /admin/orders/order/<path:object_id>/stored.json": _of_guest("order", changes=True),
    "GET /admin/orders/order/<path:object_id>/forget/": _of_guest("order"),
    "POST /admin/orders/order/<path:object_id>/forget/": _of_guest("order", "400"),  # still open
    "GET /admin/venues/tablesession/<path:object_id>/stored.json": _of_guest("session", changes=True),
    "GET /admin/venues/tablesession/<path:object_id>/forget/": _of_guest("session"),
    "POST /admin/venues/tablesession/<path:object_id>/forget/": _of_guest("session", "400"),
}

MATRIX: Mapping[str, Row] = {
    **FOR_EVERYBODY,
    **FOR_GUESTS,
    **FOR_THE_BOARD,
    **FOR_MANAGERS,
    **OF_THE_ADMIN,
    **OF_A_VENUE,
}
