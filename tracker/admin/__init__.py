"""What came of agents, gateways, readings and orders, in the admin, all of it scoped (`venues.admin.scoping`)."""

from tracker.admin import agents, commands, gateways, readings, tracked

__all__ = ["agents", "commands", "gateways", "readings", "tracked"]
