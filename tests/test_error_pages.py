"""The pages for when something went wrong: what to try, whom to phone, what to do when ill. Some stand alone in nginx."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from clinic.management.commands import build_error_pages, prepare
from clinic.views import static_page
from tests import cast
from tests.reader import Reader
from tests.seen import Seen
from tests.site_content import load_site_content

NGINX = Path(settings.BASE_DIR) / "deploy" / "nginx.conf"
ALONE = ("400", "429", "500", "503")
EMERGENCY = "Call 999 now (in Ireland 112 or 999)"


@pytest.mark.both
@pytest.mark.django_db
def test_an_address_that_is_none_leads_on_to_the_main_pages() -> None:
    load_site_content()
    reader = Reader().open("/nowhere/")
    assert reader.status == 404
    assert "Phone us, and we send you a new one." in reader.text
    for words in ("Aftercare, day by day", "What it costs", "Ask for a consultation", "Find a clinic"):
        assert Reader().open("/nowhere/").click(words).status == 200


@pytest.mark.both
@pytest.mark.django_db
def test_a_page_for_others_says_what_to_try_and_not_what_is_there() -> None:
    place = cast.make_location()
    client = Client()
    client.force_login(cast.make_staff("desk", "receptionist", place))
    response = client.get("/admin/clinic/membership/")
    assert response.status_code == 403
    page = response.content.decode()
    assert "What you can try" in page
    assert "membership" not in page.lower()


@pytest.mark.parametrize("name", ALONE)
def test_it_stands_alone_with_both_phones_and_both_emergency_lines(name: str) -> None:
    """Without a database: this test may not ask one."""
    page = Seen("/", static_page(f"{name}.html", int(name)).content.decode())
    for words in (settings.PHONE_UK, settings.PHONE_IE, EMERGENCY, "In Ireland, call your GP"):
        assert words in page.words
    assert page.faults == []
    assert len(list(page.all("h1"))) == 1
    assert not list(page.all("script", "form"))


def test_while_all_is_down_no_page_is_offered_to_read() -> None:
    whole, part = (static_page("503.html", 503, all_down=down).content.decode() for down in (True, False))
    assert "/treatments/" in part
    assert "/treatments/" not in whole


def test_nginx_has_a_file_for_each_page_that_it_names(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    call_command("build_error_pages", verbosity=0)
    conf = NGINX.read_text(encoding="utf-8")
    named = set(re.findall(r"error_page [^;]* /errors/(\w+\.html);", conf))
    assert len(named) >= 3
    assert named == {file.name for file in (tmp_path / "errors").iterdir()}
    for file in (tmp_path / "errors").iterdir():
        assert EMERGENCY in file.read_text(encoding="utf-8")
    assert "alias /srv/clinic/staticfiles/errors/;" in conf


def test_they_are_written_after_the_stylesheet_has_its_name() -> None:
    steps = [name for name, _ in prepare.STEPS]
    assert steps.index("build_error_pages") > steps.index("collectstatic")
    assert build_error_pages.folder().parent == Path(settings.STATIC_ROOT)
