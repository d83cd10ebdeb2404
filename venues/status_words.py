"""What a guest reads of an order's state: our sentences, and in their place a venue's own."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

if TYPE_CHECKING:
    from venues.models import Venue

_KNOWN = re.compile(r"\{(?:time|table)\}")


@dataclass(frozen=True, slots=True)
class StatusWords:
    """The venue's `field`, the state of which it tells, and what we say there ourselves (in the guest's language)."""

    field: str
    state: str
    ours: str


STATUS_WORDS = (
    StatusWords("words_sent", "pending", "The bar has it. Waiting for somebody to accept it."),
    StatusWords("words_accepted", "accepted", "Accepted at {time}."),
    StatusWords("words_ready", "ready", "Ready at {time}, coming to table {table}."),
    StatusWords("words_to_go", "ready_to_go", "Please come to the bar."),
    StatusWords("words_brought", "completed", "At {time}."),
    StatusWords("words_rejected", "rejected", "Nothing of this order will be made."),
    StatusWords("words_cancelled", "cancelled", "Nothing of this order will be made."),
)


def own_status_words(venue: "Venue") -> dict[str, str]:
    """By state what the venue says in its own words; states of which it says nothing are not there."""
    own = {words.state: getattr(venue, words.field) for words in STATUS_WORDS}
    return {state: text for state, text in own.items() if text}


def validate_status_words(text: str) -> None:
    if not text.isprintable():
        raise ValidationError("One line of printable characters.")
    if re.search(r"[{}]", _KNOWN.sub("", text)):
        raise ValidationError("Only {time} and {table} can stand in braces.")
