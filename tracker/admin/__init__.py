"""What came of agents, gateways and orders, in the admin, all of it scoped (`venues.admin.scoping`)."""

from tracker.admin import agents, commands, gateways, tracked

__all__ = ["agents", "commands", "gateways", "tracked"]
