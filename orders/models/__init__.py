"""The rows of orders."""

from orders.models.events import BoardPresence, VenueEvent
from orders.models.orders import Order, OrderLine

__all__ = ["BoardPresence", "Order", "OrderLine", "VenueEvent"]
