"""The demo: two operators, three venues, menus with pictures, logins and a board; what a stranger tries first."""

from venues.demo.links import demo_addresses, write_demo_addresses
from venues.demo.loading import load_demo

__all__ = ["demo_addresses", "load_demo", "write_demo_addresses"]
