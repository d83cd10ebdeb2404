"""From the first start to a live gateway, with nothing typed at the venue."""

from tests.tracker.agent.running import Agent
from tests.tracker.agent.stub import Platform, wait_until
from tests.tracker.simulator.running import Simulator


def test_a_code_and_the_button_are_all_it_takes(agent: Agent, platform: Platform, gateway: Simulator) -> None:
    agent.enrol()
    wait_until(lambda: platform.state == "press_button", "the button is asked for")
    assert 100_000 < (platform.news[-1].window_ms or 0) <= 130_000
    gateway.call("GET", "/accesstoken")
    gateway.control("/button")
    agent.wait_live()
    assert platform.news[-1].chosen is not None
    gateway.control("/trackers/22/start")
    gateway.control("/trackers/22/locate", {"tag": "7"})
    gateway.control("/trackers/22/clear")
    wait_until(lambda: [event.type for event in platform.events][-1] == "cleared", "the clear")
    assert [event.type for event in platform.events] == ["snapshot", "created", "modified", "cleared"]
    assert (platform.events[2].order or {})["locationName"] == "7"


def test_what_was_there_before_is_told_as_a_snapshot(live: Agent, platform: Platform, gateway: Simulator) -> None:
    gateway.control("/trackers/22/start")
    wait_until(lambda: len(platform.events) == 2, "the order")
    live.terminate()
    live.start()
    wait_until(lambda: len(platform.events) == 3, "a new snapshot")
    assert [order["name"] for order in platform.events[-1].orders or ()] == ["22"]
