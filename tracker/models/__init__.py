"""The rows of tracker: who works for a venue in the pub, what came from there, and what is wanted there."""

from tracker.models.agents import EdgeAgent, Enrolment, Gateway, WrongCode
from tracker.models.traffic import CommandState, GatewayCommand, InboundEvent, TrackerCursor

__all__ = [
    "CommandState",
    "EdgeAgent",
    "Enrolment",
    "Gateway",
    "GatewayCommand",
    "InboundEvent",
    "TrackerCursor",
    "WrongCode",
]
