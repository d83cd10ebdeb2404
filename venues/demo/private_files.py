"""JSON in the data folder that only its owner may read."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any


def read_private(path: Path) -> dict[str, Any] | None:
    """What is in the file; None where there is no file, or nothing in it that we wrote."""
    try:
        content = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def write_private(path: Path, content: dict[str, Any]) -> None:
    """Put the content in the file's place, whole or not at all, mode 0600."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # 0600 from its first moment
    try:
        with open(handle, "w") as file:
            file.write(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
    except BaseException:
        os.unlink(fresh)
        raise
