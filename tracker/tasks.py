"""What Celery repairs for tracker: beat looks what is due, a task for each thing does it. Each may run twice, or never:
commands and events flow without it."""

from celery import shared_task

from orders.tables import now_in_ms
from orders.tasks import EXPIRES_S, Retried
from tracker import enrolment, health, losses, mending, pruning, readings, reconciling, repair, stepping


@shared_task
def look_for_expired_commands() -> None:
    for command_id in repair.expired(now_in_ms()):
        expire_command.apply_async((command_id,), expires=EXPIRES_S)


@shared_task(base=Retried)
def expire_command(command_id: int) -> None:
    repair.expire(command_id, now_in_ms())


@shared_task
def look_for_commands_to_retry() -> None:
    for command_id in repair.to_retry(now_in_ms()):
        retry_command.apply_async((command_id,), expires=EXPIRES_S)


@shared_task(base=Retried)
def retry_command(command_id: int) -> None:
    repair.retry(command_id, now_in_ms())


@shared_task
def look_for_missed_agents() -> None:
    for agent_id in health.agents_missed(now_in_ms()):
        tell_agent_missed.apply_async((agent_id,), expires=EXPIRES_S)


@shared_task(base=Retried)
def tell_agent_missed(agent_id: int) -> None:
    health.tell_agent_missed(agent_id, now_in_ms())


@shared_task
def look_for_venues_behind() -> None:
    for venue_id in stepping.all_behind():
        catch_up_venue.apply_async((venue_id,), expires=EXPIRES_S)


@shared_task(base=Retried)
def catch_up_venue(venue_id: int) -> None:
    stepping.catch_up(venue_id, now_in_ms())


@shared_task
def look_for_forgotten_pucks() -> None:
    for venue_id in reconciling.venues_with_forgotten(now_in_ms()):
        clear_forgotten_pucks.apply_async((venue_id,), expires=EXPIRES_S)


@shared_task(base=Retried)
def clear_forgotten_pucks(venue_id: int) -> None:
    reconciling.clear_forgotten(venue_id, now_in_ms())


@shared_task
def look_for_orders_to_mend() -> None:
    for venue_id in mending.venues_to_mend(now_in_ms()):
        mend_orders.apply_async((venue_id,), expires=EXPIRES_S)


@shared_task(base=Retried)
def mend_orders(venue_id: int) -> None:
    mending.mend(venue_id, now_in_ms())


@shared_task
def look_for_unseen_pucks() -> None:
    for venue_id in mending.venues_unseen(now_in_ms()):
        look_at_unseen_pucks.apply_async((venue_id,), expires=EXPIRES_S)


@shared_task(base=Retried)
def look_at_unseen_pucks(venue_id: int) -> None:
    mending.look_at_unseen(venue_id, now_in_ms())


@shared_task
def look_for_readings_due() -> None:
    for venue_id in readings.venues_due(now_in_ms()):
        want_readings_due.apply_async((venue_id,), expires=EXPIRES_S)


@shared_task(base=Retried)
def want_readings_due(venue_id: int) -> None:
    readings.want_due(venue_id, now_in_ms())


@shared_task
def look_for_histories_at_risk() -> None:
    readings.make_missing_of_agents()
    for venue_id in losses.venues_at_risk(now_in_ms()):
        tell_history_at_risk.apply_async((venue_id,), expires=EXPIRES_S)


@shared_task(base=Retried)
def tell_history_at_risk(venue_id: int) -> None:
    losses.tell_at_risk(venue_id, now_in_ms())


@shared_task(base=Retried)
def prune_enrolments() -> None:
    enrolment.prune(now_in_ms())


@shared_task(base=Retried)
def prune() -> None:
    pruning.prune_events(now_in_ms())
    pruning.prune_commands(now_in_ms())
