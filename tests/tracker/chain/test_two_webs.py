"""Two web processes and one agent's token: the newest connection counts, wherever it is, and a revoked one nowhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.journeys.process import Web
from tests.journeys.running import Running
from tests.tracker.chain.venue import PubVenue
from tests.tracker.platform.driven import events, hello
from tests.tracker.platform.test_running import close_code, hear
from tracker import wire
from tracker.agent.state_files import StateFolder

FENCED_WITHIN_S = 2.0
REVOKED_WITHIN_S = 5.0
NOISE_S = 1.0  # a busy machine of two cores


@pytest.fixture(scope="module")
def webs(running: Running) -> list[Web]:
    return [running.web, running.add_web().wait_ready()]


@pytest.fixture(scope="module")
def venue(running: Running, webs: list[Web], tmp_path_factory: pytest.TempPathFactory) -> Iterator[PubVenue]:
    """Its agent is at the first web process."""
    with PubVenue(running, tmp_path_factory.mktemp("venue")) as venue:
        yield venue


@pytest.fixture
def token(venue: PubVenue) -> str:
    """The agent's."""
    enrolment = StateFolder(venue.state).enrolment()
    assert enrolment is not None
    return enrolment.token.reveal()


@contextmanager
def connection(web: Web, token: str) -> Iterator[ClientConnection]:
    """Of the agent with this token, greeted."""
    headers = {"Authorization": f"Bearer {token}"}
    with connect(f"{web.ws}{wire.PATH}", additional_headers=headers, proxy=None) as socket:
        socket.send(wire.to_text(hello()))
        hear(socket, wire.Welcome)
        yield socket


def new_token_of_venue_2(venue: PubVenue) -> str:
    """That of a new agent, in place of the former one."""
    token: str = venue.ask(
        "token = new_token()",
        "EdgeAgent.objects.filter(venue_id=2).update(revoked_at=now)",
        "EdgeAgent.objects.create(venue_id=2, token_hash=token_hash(token), enrolled_at=now)",
        "token",
    )
    return token


def test_the_newest_connection_fences_the_agent_out_and_gets_the_commands(
    venue: PubVenue, webs: list[Web], token: str
) -> None:
    assert venue.command("start", "1000", order_type="TO_GO")["state"] == "done"
    with connection(webs[1], token) as newer:
        venue.agent.wait_for("has taken our place", FENCED_WITHIN_S + NOISE_S)
        planned = venue.plan("start", "1001", order_type="TO_GO")
        command = hear(newer, wire.Command, FENCED_WITHIN_S + NOISE_S)
        assert command.name == "1001"
        newer.send(wire.to_text(wire.Result(command=command.id, outcome="done")))
        assert venue.outcome(planned)["state"] == "done"
        assert venue.order_of("1001") is None


@pytest.mark.parametrize(("first", "then"), [(0, 1), (1, 0)])
def test_an_older_connection_at_the_other_process_is_closed_as_replaced(
    venue: PubVenue, webs: list[Web], first: int, then: int
) -> None:
    token = new_token_of_venue_2(venue)
    with connection(webs[first], token) as older, connection(webs[then], token) as newer:
        began = time.monotonic()
        assert close_code(older) == wire.REPLACED
        assert time.monotonic() - began < FENCED_WITHIN_S + NOISE_S
        newer.ping().wait(NOISE_S)
        assert newer.close_code is None


@pytest.mark.parametrize("at", [0, 1])
def test_a_revoked_agent_is_closed_wherever_it_is_connected_and_let_in_nowhere(
    venue: PubVenue, webs: list[Web], at: int
) -> None:
    token = new_token_of_venue_2(venue)
    with connection(webs[at], token) as socket:
        socket.send(wire.to_text(events(1)))
        hear(socket, wire.Ack)
        began = time.monotonic()
        assert venue.ask("enrolment.revoke(EdgeAgent.objects.get(venue_id=2, revoked_at=None), now)") is True
        assert close_code(socket) == wire.REVOKED
        assert time.monotonic() - began < REVOKED_WITHIN_S
    for web in webs:
        with pytest.raises(InvalidStatus) as refused, connection(web, token):
            pass
        assert refused.value.response.status_code == 403
