"""How long to wait before the next try."""

import random
from datetime import timedelta

FIRST_S = 1.0
MOST_S = 60.0
MOST_ATTEMPTS = 6  # then a person decides


def wait_after(attempts: int) -> timedelta:
    """1, 2, 4... seconds, a minute at most, of which a random half is waited for certain: retries come apart."""
    longest = min(FIRST_S * 2 ** min(attempts, 16), MOST_S)
    return timedelta(seconds=random.uniform(longest / 2, longest))
