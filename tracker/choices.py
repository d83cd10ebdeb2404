"""A manager's answer to what the agent cannot decide: which gateway, the changed one or not, pair anew."""

from django.db import transaction
from pydantic import ValidationError

from tracker import nudges, wire
from tracker.links import Link, lock
from tracker.models import Gateway


def seen_gateways(gateway: Gateway) -> tuple[wire.SeenGateway, ...]:
    """Those that announce themselves at the venue, as its agent told last."""
    try:
        news = wire.from_agent(gateway.seen) if gateway.seen else None
    except wire.WireError:  # kept by another version of ours
        return ()
    return news.seen if isinstance(news, wire.GatewayNews) else ()


def choose(gateway: Gateway, choice: str, seen: wire.SeenGateway | None = None) -> None:
    """Have the agent told; another answer before it was sent takes this one's place. Raises ValueError.

    A yes is for the one gateway that was shown: the agent gives its token to no other.
    """
    chosen = wire.Choose.model_validate({"choice": choice, "gateway": seen})
    if (chosen.choice == "pair_again") != (seen is None):
        raise ValueError("Which gateway?")
    row = Gateway.objects.filter(pk=gateway.pk)
    row.update(choice=chosen.choice, choice_gateway=wire.to_text(seen) if seen is not None else "")
    nudges.look_soon(gateway.venue_id)


def take_choice(link: Link) -> wire.Choose | None:
    """The answer that is to be sent by this connection now; sent once, for a manager sees what came of it."""
    waiting = Gateway.objects.filter(venue_id=link.venue_id).exclude(choice="")
    if not waiting.exists():
        return None
    with transaction.atomic():
        lock(link)
        row = waiting.first()
        if row is None or not waiting.filter(choice=row.choice).update(choice="", choice_gateway=""):
            return None
    try:
        seen = wire.SeenGateway.model_validate_json(row.choice_gateway) if row.choice_gateway else None
        return wire.Choose.model_validate({"choice": row.choice, "gateway": seen})
    except ValidationError:
        return None
