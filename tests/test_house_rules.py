"""Holds the tree to the rules of the house, and each rule to a planted breach. What the rules are stands in tests/house/."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.db.migrations import Migration
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from tests.house import floors, habits, places
from tests.house.tree import ROOMS, Verdict

ROOT = Path(__file__).resolve().parent.parent
Rule = Callable[[Path], Verdict]

RULES: list[tuple[Rule, int]] = [
    (floors.rooms_point_one_way, 80),
    (floors.floors_point_down, 60),
    (floors.no_ring, 60),
    (floors.floor_0_is_pure, 7),
    (floors.verbs_know_no_http, 15),
    (floors.no_import_inside_a_function, 300),
    (habits.modules_are_short, 80),
    (habits.functions_are_short, 400),
    (habits.classes_are_short, 60),
    (habits.templates_are_short, 60),
    (habits.nobody_reads_a_clock, 500),
    (habits.every_module_says_what_it_is_for, 70),
    (habits.nobody_listens_in, 60),
    (places.every_url_name_is_whole, 20),
    (places.every_message_has_three_templates, 7),
    (places.templates_step_up_only_where_listed, 40),
    (places.nothing_names_a_machine, 150),
    (places.every_setting_is_explained, 40),
]


@pytest.mark.parametrize(("rule", "least"), RULES, ids=lambda value: getattr(value, "__name__", None))
def test_the_house_keeps_its_rule(rule: Rule, least: int) -> None:
    verdict = rule(ROOT)
    assert verdict.looked_at >= least, f"it looked at {verdict.looked_at} things only"
    assert not verdict.breaches, "\n" + "\n".join(verdict.breaches)


URLS = "'''Addresses.'''\nurlpatterns = [path('away/', views.{view}, name='away')]\n"
WHOLE = {"templates/bookings/away.html": "", "tests/test_away.py": "client.get('/book/away/')"}
AN_ENV = "'''Settings.'''\nX = env.int('DAYS', 3)\n"

# (rule, what the tree holds, what the breach must say)
PLANTED: list[tuple[Rule, dict[str, str], str]] = [
    (
        floors.rooms_point_one_way,
        {"clinic/views.py": "from bookings.models import Appointment"},
        "bookings.models",
    ),
    (
        floors.rooms_point_one_way,
        {"treatments/views.py": "def f():\n    import bookings.services"},
        ":2 imports",
    ),
    (
        floors.floors_point_down,
        {"bookings/services/a.py": "from bookings.views import b", "bookings/views/b.py": ""},
        "imports bookings.views.b (floor 3)",
    ),
    (
        floors.floors_point_down,
        {"bookings/models/a.py": "from ..services import b", "bookings/services/__init__.py": ""},
        "(floor 1) imports bookings.services (floor 2)",
    ),
    (
        floors.floors_point_down,
        {"clinic/views.py": "import clinic.settings", "clinic/settings.py": ""},
        "imports clinic.settings (floor 4)",
    ),
    (floors.floors_point_down, {"clinic/utils.py": ""}, "stands on no floor"),
    (
        floors.no_ring,
        {
            "clinic/outbox.py": "from clinic import letters",
            "clinic/letters.py": "from clinic.outbox import send",
        },
        "clinic.outbox -> clinic.letters -> clinic.outbox",
    ),
    (
        floors.floor_0_is_pure,
        {"bookings/life.py": "from django.utils import timezone"},
        "django.utils.timezone",
    ),
    (floors.floor_0_is_pure, {"clinic/wording.py": "import time"}, "imports time"),
    (floors.verbs_know_no_http, {"bookings/services/a.py": "from django import http"}, "django.http"),
    (
        floors.verbs_know_no_http,
        {"bookings/links.py": "from django.shortcuts import render"},
        "django.shortcuts",
    ),
    (
        floors.verbs_know_no_http,
        {"clinic/outbox.py": "from django.contrib import messages"},
        "contrib.messages",
    ),
    (
        floors.verbs_know_no_http,
        {"bookings/diary.py": "from django.template.loader import render_to_string"},
        "render_to_string",
    ),
    (floors.verbs_know_no_http, {"bookings/services/a.py": "def cancel(*, request): ..."}, "takes a request"),
    (
        floors.no_import_inside_a_function,
        {"bookings/apps.py": "class A:\n    def other(self):\n        import json"},
        "imports json inside other",
    ),
    (habits.modules_are_short, {"tests/test_a.py": "\n" * 501}, "501 lines"),
    (habits.functions_are_short, {"clinic/views.py": "def f():\n" + "    pass\n" * 60}, "61 lines"),
    (habits.classes_are_short, {"clinic/views.py": "class A:\n" + "    x = 1\n" * 150}, "151 lines"),
    (habits.templates_are_short, {"templates/a.html": "<p>\n" * 151}, "151 lines"),
    (
        habits.nobody_reads_a_clock,
        {"clinic/views.py": "import datetime\nday = datetime.date.today()"},
        "date.today()",
    ),
    (
        habits.nobody_reads_a_clock,
        {"clinic/views.py": "from datetime import datetime\ndatetime.now(UTC)"},
        ".now()",
    ),
    (habits.nobody_reads_a_clock, {"clinic/views.py": "when.astimezone(zone).dst()"}, "dst()"),
    (habits.nobody_reads_a_clock, {"clinic/views.py": "datetime.datetime.utcnow()"}, "utcnow()"),
    (habits.nobody_reads_a_clock, {"bookings/services/a.py": "timezone.now()"}, "timezone.now()"),
    (habits.every_module_says_what_it_is_for, {"clinic/views.py": "x = 1"}, "does not say"),
    (
        habits.nobody_listens_in,
        {"clinic/views.py": "from django.dispatch import receiver"},
        "django.dispatch",
    ),
    (habits.nobody_listens_in, {"clinic/models/a.py": "class A:\n    def save(self): ..."}, "overrides save"),
    (places.every_url_name_is_whole, {"bookings/urls.py": URLS.format(view="gone"), **WHOLE}, "another name"),
    (
        places.every_url_name_is_whole,
        {"bookings/urls.py": URLS.format(view="away"), "tests/test_away.py": WHOLE["tests/test_away.py"]},
        "has no template",
    ),
    (
        places.every_url_name_is_whole,
        {"bookings/urls.py": URLS.format(view="away"), "templates/bookings/away.html": ""},
        "is in no test",
    ),
    (
        places.every_message_has_three_templates,
        {"bookings/messages.py": "_tell(it, 'gone')", "templates/bookings/messages/gone/subject.txt": "Gone"},
        "gone of bookings has no body.html",
    ),
    (
        places.every_message_has_three_templates,
        {"templates/clinic/messages/old/body.txt": ""},
        "nobody sends",
    ),
    (
        places.templates_step_up_only_where_listed,
        {"templates/clinic/a.html": "{% load static times %}", "bookings/templatetags/times.py": ""},
        "takes times from bookings",
    ),
    (
        places.templates_step_up_only_where_listed,
        {"templates/treatments/a.html": '{% include "bookings/b.html" %}'},
        "takes bookings/b.html",
    ),
    (places.nothing_names_a_machine, {"a.txt": "--extra" + "-index-url x"}, "a.txt:1"),
    (places.nothing_names_a_machine, {"b.md": "see\n/ho" + "me/me/x"}, "b.md:2"),
    (places.nothing_names_a_machine, {"Makefile": "https://py" + "pi.org/simple"}, "Makefile:1"),
    (places.every_setting_is_explained, {"clinic/settings.py": AN_ENV, ".env.example": ""}, "DAYS is read"),
    (places.every_setting_is_explained, {"clinic/settings.py": AN_ENV, ".env.example": "DAYS=4"}, "'4' in"),
]


@pytest.mark.parametrize(("rule", "tree", "says"), PLANTED)
def test_a_planted_breach_is_seen(rule: Rule, tree: dict[str, str], says: str, tmp_path: Path) -> None:
    for name, text in tree.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    breaches = rule(tmp_path).breaches
    assert any(says in breach for breach in breaches), breaches


def test_every_rule_has_a_planted_breach() -> None:
    assert {rule for rule, _ in RULES} == {rule for rule, _, _ in PLANTED}


def test_the_url_names_that_are_read_are_those_that_answer() -> None:
    answering = set(_names(get_resolver(), ""))
    read = {name for name, _, _ in places.url_names(ROOT)}
    assert len(answering) >= 20
    assert read - answering <= {"clinic:mail"}, "routed in a demo only"
    assert answering <= read


def _names(resolver: URLResolver, room: str) -> list[str]:
    """`room:name` of everything that answers in our three rooms."""
    found: list[str] = []
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            found += _names(pattern, pattern.namespace or room)
        elif isinstance(pattern, URLPattern) and pattern.name and room in ROOMS:
            found.append(f"{room}:{pattern.name}")
    return found


def pending(written: ProjectState, wanted: ProjectState) -> dict[str, list[Migration]]:
    """Migrations still to be made, by room."""
    changes = MigrationAutodetector(written, wanted).changes(graph=MigrationLoader(None).graph)
    return {room: changes[room] for room in ROOMS if room in changes}


def test_no_migration_is_pending() -> None:
    written = MigrationLoader(None).project_state()
    assert len([key for key in written.models if key[0] in ROOMS]) >= 15
    assert not pending(written, ProjectState.from_apps(apps))


def test_a_pending_migration_is_seen() -> None:
    written = MigrationLoader(None).project_state()
    written.remove_field("clinic", "location", "postcode")
    assert "clinic" in pending(written, ProjectState.from_apps(apps))
