"""The rows of tracker: who works for a venue in the pub, what came from there, what is wanted there, and
which of its orders is which of ours."""

from tracker.models.agents import EdgeAgent, Enrolment, Gateway, WrongCode
from tracker.models.readings import Reading
from tracker.models.tracked import TrackedOrder
from tracker.models.traffic import CommandState, GatewayCommand, InboundEvent, TrackerCursor

__all__ = [
    "CommandState",
    "EdgeAgent",
    "Enrolment",
    "Gateway",
    "GatewayCommand",
    "InboundEvent",
    "Reading",
    "TrackedOrder",
    "TrackerCursor",
    "WrongCode",
]
