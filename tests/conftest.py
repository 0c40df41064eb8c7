"""What every test may lean on: which tests run on which database, one instant, one scale. No data: see the cast."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.test import SimpleTestCase, TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from bookings.models import Appointment
from clinic.models import Location
from tests import cast
from tests.private_redis import Redis, private_redis
from tests.scale import SCALE, scaled
from tests.site_content import load_site_content

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_serialized_rollback", "live_server"}

hypothesis_settings.register_profile(
    "house",
    max_examples=scaled(1000, least=50),
    deadline=None,  # two busy cores are no reason to fail
    derandomize=SCALE < 1,  # the same examples each day; new ones when somebody asks for proof
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile("house")


# --- What many files ask for by name: the instant the cast lives at, its clinics, the pages and clinics as shipped --------
@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    """It is cast.NOW, a Wednesday morning in winter, and stays so until the test moves it."""
    with time_machine.travel(cast.NOW, tick=False) as stopped:
        yield stopped


@pytest.fixture
def place() -> Location:
    return cast.make_clinic()


@pytest.fixture
def other() -> Location:
    return cast.make_clinic("dublin")


@pytest.fixture
def booked(place: Location) -> Appointment:
    return cast.make_booked(place)


@pytest.fixture
def content(db: None) -> None:
    load_site_content()


def uses_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("django_db"):
        return True
    if DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())):
        return True
    case = getattr(item, "cls", None)
    return bool(case and issubclass(case, SimpleTestCase) and issubclass(case, TransactionTestCase))


def runs_here(item: pytest.Item, vendor: str, asked: str) -> bool:
    """Drills only when asked for by name; on SQLite what is marked for both or, if not run elsewhere, needs none."""
    if item.get_closest_marker("drill") and "drill" not in asked:
        return False
    if vendor == "postgresql":
        return True
    if not uses_database(item):
        return os.environ.get("WITHOUT_DATABASE") != "elsewhere"  # tests/run.py: once a run is enough
    return any(item.get_closest_marker(name) for name in ("both", "browser", "smtp", "drill"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    vendor = "sqlite" if "sqlite" in settings.DATABASES["default"]["ENGINE"] else "postgresql"
    asked = config.getoption("markexpr", "")
    kept = [item for item in items if runs_here(item, vendor, asked)]
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
        items[:] = kept


@pytest.fixture(autouse=True, scope="session")
def _emptying_a_database_takes_the_triggers_out() -> Iterator[None]:
    """Tests that really commit empty every table afterwards, and SQLite does that with DELETE."""
    from clinic.models import append_only

    empties = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def without_triggers(case: TransactionTestCase) -> None:
        if connection.vendor != "sqlite":
            empties(case)
            return
        append_only.remove(connection)
        try:
            empties(case)
        finally:
            append_only.install(connection)

    TransactionTestCase._fixture_teardown = without_triggers  # type: ignore[attr-defined]
    yield
    TransactionTestCase._fixture_teardown = empties  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _forget_kept_pages() -> None:
    """What one test kept must not be shown to the next one."""
    from tests.kept import forget

    forget()


@pytest.fixture
def kept_pages(settings: Any, tmp_path: Path) -> None:
    """Pages are kept as in production, in files of this test alone; otherwise no test keeps one."""
    from tests.kept import production_caches

    settings.CACHES = production_caches(f"file://{tmp_path}/pages")


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    with private_redis() as server:
        yield server


@pytest.fixture(params=["files", "redis"])
def store(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> str:
    """Pages are kept as in production: once in files, once in Redis. Empty at first."""
    from tests.kept import production_caches

    url = f"file://{tmp_path}/pages" if request.param == "files" else request.getfixturevalue("redis").url
    settings.CACHES = production_caches(url)
    caches["pages"].clear()
    return str(request.param)
