"""Agents, gateways and commands in the admin. Whatever is registered here is scoped (`venues.admin.scoping`)."""

from tracker.admin import agents, commands, gateways

__all__ = ["agents", "commands", "gateways"]
