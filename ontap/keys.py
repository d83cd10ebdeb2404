"""Keys that an embedded installation makes for itself, once, in its data folder."""

import os
import secrets
from pathlib import Path


def read_or_make_key(path: Path) -> str:
    """The key in `path`; made (48 random bytes, readable by its owner only) where there is none yet.

    Two processes that start together get the same key: the file appears whole, by a link, or not at all.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()
