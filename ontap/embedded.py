"""What the one process of an embedded installation has beside its web: the data folder for itself, and Celery's worker
and beat in threads."""

import fcntl
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from celery import signals
from celery.beat import EmbeddedService
from celery.worker import WorkController
from celery.worker import state as worker_state

from ontap.celery import app

logger = logging.getLogger(__name__)

TASKS_AT_ONCE = 2
QUIET_S = 60.0  # beat sends a task every few seconds; when none ran for this long, something is stuck


class FolderTaken(Exception):
    """Another embedded server holds the data folder."""

    def __init__(self, folder: Path, pid: str) -> None:
        super().__init__(f"{folder} is held by {pid or 'another process'}")
        self.folder, self.pid = folder, pid


def hold_data_folder(folder: Path) -> IO[str]:
    """The open lock of the data folder, to be kept as long as the server runs. Raises FolderTaken.

    The kernel lets it go with the process, by whatever death. Only servers ask for it: management commands work on the
    database beside one, which SQLite's own locks are for. The file stays: who removes it could remove a new holder's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = open(os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600), "r+")  # noqa: SIM115  held on purpose
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with file:
            raise FolderTaken(folder, file.read().strip()) from None
    file.truncate()
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


class Background:
    """Worker and beat, each in a thread that starts it again should it ever end by itself."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._worker_is_ready = False
        self._last_sign = time.monotonic()
        self._beat: Any = None
        self._threads = {
            "worker": threading.Thread(target=self._keep, args=(self._work,), name="worker", daemon=True),
            "beat": threading.Thread(target=self._keep, args=(self._tick,), name="beat", daemon=True),
        }

    def start(self) -> None:
        worker_state.should_stop = None
        signals.task_postrun.connect(self._note_task)
        self._last_sign = time.monotonic()
        for thread in self._threads.values():
            thread.start()

    def stop(self, seconds: float) -> bool:
        """Take no more tasks; whether those that ran have ended within the time."""
        self._stopping.set()
        worker_state.should_stop = os.EX_OK  # type: ignore[assignment]
        if self._beat is not None:
            self._beat.service.stop(wait=False)
        deadline = time.monotonic() + seconds
        for thread in self._threads.values():
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads.values())

    def state(self) -> dict[str, str]:
        """A word for the worker and one for beat: "ok", or what is wrong."""
        words = {name: "ok" if thread.is_alive() else "ended" for name, thread in self._threads.items()}
        if words["worker"] == "ok" and not self._worker_is_ready:
            words["worker"] = "starting"
        elif (quiet := time.monotonic() - self._last_sign) > QUIET_S:
            words["worker"] = f"no task for {quiet:.0f} s"
        return words

    def _keep(self, run: Callable[[], None]) -> None:
        while not self._stopping.is_set():
            try:
                run()
            except Exception:
                logger.exception("A thread of the background failed")
            if not self._stopping.wait(1):
                logger.warning("The %s ended by itself and starts again", threading.current_thread().name)

    def _work(self) -> None:
        # Celery's `worker` command would take over signals, logging and the terminal; the class beneath does not.
        WorkController(
            app=app,
            pool_cls="threads",
            concurrency=TASKS_AT_ONCE,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
            ready_callback=self._note_ready,
        ).start()

    def _tick(self) -> None:
        # Not the default scheduler, which would keep its times in a file of the current folder.
        self._beat = EmbeddedService(app, thread=True, scheduler_cls="celery.beat:Scheduler")
        self._beat.run()

    def _note_ready(self, consumer: object) -> None:
        self._worker_is_ready = True
        self._last_sign = time.monotonic()

    def _note_task(self, **kwargs: Any) -> None:
        self._last_sign = time.monotonic()


_background: Background | None = None


def start_background() -> Background:
    """Worker and beat of this process, running from now on."""
    global _background
    _background = Background()
    _background.start()
    return _background


def background_state() -> dict[str, str]:
    """What `/readyz` says of worker and beat; nothing where other processes run them."""
    return _background.state() if _background is not None else {}
