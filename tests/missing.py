"""What a test does on a machine that lacks a program it needs: it is left out loudly; with CI=true it fails."""

from __future__ import annotations

import warnings
from typing import NoReturn

import pytest

from tests import run


def leave_out(why: str) -> NoReturn:
    """`why` names the program."""
    if run.CI:
        pytest.fail(why)
    warnings.warn(why, stacklevel=2)
    pytest.skip(why)
