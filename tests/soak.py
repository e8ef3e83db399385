"""How long random tests run: minutes with everything else, hours in `make soak`."""

import os

SOAKING = os.environ.get("SOAK") == "true"
LONGER = 10  # times as many examples


def examples(count: int) -> int:
    """This many examples, or many more in a soak."""
    return count * LONGER if SOAKING else count
