"""What `up` prints, from values alone."""

import json
from pathlib import Path

from ontap.welcome import Installation, welcome

LINKS = {
    "guest": "http://192.168.7.7:8080/t/ae.code",
    "guest_socket": "ws://192.168.7.7:8080/Test?venue_id=1&table_number=1",
    "board": "http://192.168.7.7:8080/k/key/",
    "board_socket": "ws://192.168.7.7:8080/k/key/Test?venue_id=1&table_number=dashboard",
    "admin": "http://192.168.7.7:8080/admin/",
}
BASES = ["http://192.168.7.7:8080", "http://10.0.0.7:8080"]


def text(**changes: object) -> str:
    here = {"links": LINKS, "admin": ("admin", "a-password"), "data": Path("/data"), "lan": None} | changes
    return welcome(Installation(**here))  # type: ignore[arg-type]


def test_all_that_follows_a_label_stands_in_one_column() -> None:
    labelled = [line for line in text(lan=BASES).splitlines() if line.startswith("  ") and not set(line) & set("█▀")]
    assert labelled
    assert all(line[:18].rstrip() != line[:18] and line[18] != " " for line in labelled)


def test_frames_are_lines_to_paste() -> None:
    frames = [json.loads(line[18:]) for line in text().splitlines() if line[18:19] == "{"]
    assert [frame["action"] for frame in frames] == ["order", "acceptorder", "completeorder", "openorders"]


def test_a_network_is_told_with_every_address_and_a_code_to_scan() -> None:
    told = text(lan=BASES)
    assert all(base in told for base in BASES)
    assert "▀" in told
    assert "█" not in text()


def test_without_a_network_it_says_that_nobody_else_gets_in() -> None:
    assert "no address in a local network" in text(lan=[])


def test_ones_own_installation_shows_nothing_of_the_demo() -> None:
    told = text(links={"admin": LINKS["admin"]}, admin=None)
    assert "createsuperuser" in told
    assert "demo-logins.json" not in told
    assert "acceptorder" not in told


def test_tables_that_are_not_open_leave_nothing_to_paste() -> None:
    links = {key: address for key, address in LINKS.items() if key != "guest_socket"}
    assert "acceptorder" not in text(links=links)


def test_it_is_plain_text() -> None:
    assert "\x1b" not in text(lan=BASES)
