"""What a gateway keeps."""

import shutil
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tracker.simulator.gateway import Gateway, new_gateway
from tracker.simulator.orders import ON_PREMISE, TO_GO
from tracker.simulator.storage import DataUnusable, Storage, remember, revive

NOW = datetime(2026, 5, 1, 18, 0, tzinfo=UTC)


def busy_gateway() -> tuple[Gateway, str]:
    gateway = new_gateway(timezone="Europe/London")
    _, value = gateway.access.issue("POS1", NOW)
    gateway.start("5", TO_GO, NOW)
    gateway.locate("5", "7", NOW)
    gateway.book.page(gateway.book.find("5"), NOW, tracking=False)
    gateway.start("6", ON_PREMISE, NOW)
    gateway.clear("6", NOW)
    gateway.radio.join("Garden", NOW)
    gateway.webhooks = ["http://10.0.0.1/x"]
    return gateway, value


def test_everything_comes_back(tmp_path: Path) -> None:
    gateway, value = busy_gateway()
    storage = Storage(tmp_path / "gateway.json")
    storage.save(remember(gateway, timedelta(days=3)))
    memory = storage.load()
    assert memory is not None
    again = revive(memory)
    assert memory.moved == timedelta(days=3)
    assert (again.book.active, again.book.past) == (gateway.book.active, gateway.book.past)
    assert (again.room, again.settings, again.radio) == (gateway.room, gateway.settings, gateway.radio)
    assert (again.inventory, again.webhooks) == (gateway.inventory, gateway.webhooks)
    assert again.access.check(value, NOW, None).name == "POS1"


def test_file_is_for_its_owner_and_holds_no_token(tmp_path: Path) -> None:
    gateway, value = busy_gateway()
    path = tmp_path / "folder" / "gateway.json"
    Storage(path).save(remember(gateway, timedelta()))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert value not in path.read_text()


def test_nothing_was_kept_yet(tmp_path: Path) -> None:
    assert Storage(tmp_path / "gateway.json").load() is None


def test_write_that_was_killed_half_way_leaves_the_state_before(tmp_path: Path) -> None:
    storage = Storage(tmp_path / "gateway.json")
    storage.save(remember(busy_gateway()[0], timedelta()))
    (tmp_path / "gateway.json.new").write_text('{"version": 1, "room"')
    memory = storage.load()
    assert memory is not None
    storage.save(memory)
    assert storage.load() == memory


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 2}', '{"version": 1}'])
def test_file_that_is_not_ours_is_told_and_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "gateway.json"
    path.write_text(content)
    with pytest.raises(DataUnusable, match="holds no state of a simulator"):
        Storage(path).load()
    assert path.read_text() == content


def test_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    storage = Storage(folder / "gateway.json")
    shutil.rmtree(folder)
    with pytest.raises(DataUnusable, match="cannot be written"):
        storage.save(remember(new_gateway(), timedelta()))


def test_file_is_held_for_one_process(tmp_path: Path) -> None:
    held = Storage(tmp_path / "gateway.json")
    with pytest.raises(DataUnusable, match="Another simulator uses"):
        Storage(tmp_path / "gateway.json")
    held.close()
    assert Storage(tmp_path / "gateway.json").load() is None
