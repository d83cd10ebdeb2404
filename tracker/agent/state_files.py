"""The two secrets of a venue, each in a file of its own: 0600, whole at every moment, in a folder of ours alone."""

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker.gateway.address import Address
from tracker.gateway.errors import InvalidRequest
from tracker.gateway.paired import Device, Paired
from tracker.gateway.token import Token

PLATFORM, GATEWAY, STATUS, LOCK = "platform.json", "gateway.json", "status.json", "lock"


class StateUnusable(Exception):
    """The folder or a file of it cannot be read, written or had for ourselves; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The token of this agent, the venue it is for, and the one server that it may be sent to."""

    server: str
    venue: str
    token: Token


@dataclass(frozen=True, slots=True)
class KnownGateway:
    """The gateway as it was paired. `mac` is its hardware address where the kernel knew it, else ""."""

    paired: Paired
    mac: str = ""


class StateFolder:
    """The folder at `path`, 0700. Every method raises StateUnusable and nothing else."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = -1
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.chmod(0o700)
        except OSError as error:
            raise StateUnusable(f"The folder {path} cannot be used: {error.strerror}.") from None

    def hold(self) -> None:
        """Have the folder for this process, as long as it lives."""
        if not self.try_hold():
            raise StateUnusable(f"Another agent uses the folder {self.path}. One folder, one agent: end the other one.")

    def try_hold(self) -> bool:
        """Whether nobody else had it."""
        try:
            self._lock = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            return False
        except OSError as error:
            raise StateUnusable(f"The folder {self.path} cannot be used: {error.strerror}.") from None
        return True

    def release(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def enrolment(self) -> Enrolment | None:
        found = self._read(PLATFORM)
        if found is None:
            return None
        try:
            return Enrolment(str(found["server"]), str(found["venue"]), Token(str(found["token"])))
        except (KeyError, ValueError):
            raise self._strange(PLATFORM) from None

    def keep_enrolment(self, enrolment: Enrolment) -> None:
        """Returns once it is on the disk."""
        self._write(
            PLATFORM,
            {"server": enrolment.server, "venue": enrolment.venue, "token": enrolment.token.reveal()},
        )

    def gateway(self) -> KnownGateway | None:
        found = self._read(GATEWAY)
        if found is None:
            return None
        try:
            device = found.get("device")
            paired = Paired(
                Token(str(found["token"])),
                Address(str(found["host"]), int(found["port"])),
                None if device is None else Device(str(device["instance"]), str(device["host"])),
            )
            return KnownGateway(paired, str(found.get("mac", "")))
        except (KeyError, TypeError, ValueError, InvalidRequest):
            raise self._strange(GATEWAY) from None

    def keep_gateway(self, known: KnownGateway) -> None:
        """Returns once it is on the disk."""
        paired = known.paired
        device = None if paired.device is None else {"instance": paired.device.instance, "host": paired.device.host}
        self._write(
            GATEWAY,
            {
                "host": paired.address.host,
                "port": paired.address.port,
                "device": device,
                "mac": known.mac,
                "token": paired.token.reveal(),
            },
        )

    def set_aside(self, name: str) -> str:
        """The file under another name, where nobody reads it: its new name."""
        aside = free_name(self.path / f"{name}.unreadable")
        try:
            (self.path / name).replace(aside)
            self._sync()
        except OSError as error:
            raise StateUnusable(f"{self.path / name} cannot be moved: {error.strerror}.") from None
        return aside.name

    def keep_status(self, status: dict[str, Any]) -> None:
        """For `doctor`, while the agent runs: no secret, and no harm when it is lost."""
        self._write(STATUS, status)

    def status(self) -> dict[str, Any]:
        return self._read(STATUS) or {}

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            found = json.loads((self.path / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StateUnusable(f"{self.path / name} cannot be read: {error.strerror}.") from None
        except ValueError:
            raise self._strange(name) from None
        if not isinstance(found, dict):
            raise self._strange(name)
        return found

    def _write(self, name: str, content: dict[str, Any]) -> None:
        beside = self.path / f"{name}.new"
        try:
            beside.unlink(missing_ok=True)
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(json.dumps(content))
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path / name)
            self._sync()
        except OSError as error:
            raise StateUnusable(f"{self.path / name} cannot be written: {error.strerror}.") from None

    def _sync(self) -> None:
        """The folder itself: without it a power cut can take a new name back."""
        folder = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _strange(self, name: str) -> StateUnusable:
        return StateUnusable(f"{self.path / name} is not as this program writes it.")


def free_name(wanted: Path) -> Path:
    """The path, or with the first number behind it that is not taken."""
    candidate, number = wanted, 1
    while candidate.exists():
        candidate, number = wanted.with_name(f"{wanted.name}-{number}"), number + 1
    return candidate
