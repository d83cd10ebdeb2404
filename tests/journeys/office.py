"""A manager at work beside the running installation, from a process of their own."""

import json
import subprocess
import sys
from typing import Any

from tests.journeys.process import ROOT
from tests.journeys.running import Running

OFFICE = """
import json, sys
import django
django.setup()
from datetime import timedelta
from django.utils import timezone
from orders.models import Order
from orders.tables import *
from venues.addresses import table_page
from venues.codes import new_token, token_hash
from venues.models import *
names = dict(globals())
for line in sys.stdin:
    asked = json.loads(line)
    names |= asked["values"] | {"answer": None, "now": now_in_ms()}
    try:
        exec(asked["code"], names)
    except Exception as error:
        names["answer"] = {"failed": repr(error)}
    print(json.dumps(names["answer"]), flush=True)
"""


class Office:
    """What a manager does in another process than the web's: Python with all models, one request at a time."""

    def __init__(self, running: Running) -> None:
        with (running.data / "office.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", OFFICE],
                cwd=ROOT,
                env=running.environ | {"DJANGO_SETTINGS_MODULE": "ontap.settings"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def __call__(self, code: str, **values: object) -> Any:
        """What the code leaves in `answer`. It finds `values`, `now` and all models."""
        asked, answered = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answered is not None
        asked.write(json.dumps({"code": code, "values": values}) + "\n")
        asked.flush()
        answer = json.loads(answered.readline())
        assert not isinstance(answer, dict) or "failed" not in answer, answer
        return answer

    def close(self) -> None:
        self._process.communicate(timeout=10)
