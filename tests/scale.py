"""How much a test repeats: full figures with SCALE=1 (`make prove`), a tenth otherwise. Never what it asserts."""

import os

SCALE = float(os.environ.get("SCALE") or 0.1)


def scaled(full: int, least: int = 1) -> int:
    """The part of `full` this run asks for, at least `least` (a race that runs once proves nothing)."""
    return max(least, round(full * SCALE))
