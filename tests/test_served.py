"""What a browser gets from a real gunicorn: files to keep for ever, pages in their coding, an edit at once."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.db import transaction

from clinic import page_cache
from clinic.management.commands import build_css
from clinic.models import Location
from tests import stylesheet
from tests.drills.web import SITE, gunicorn
from tests.kept import production_caches
from tests.private_nginx import private_nginx
from tests.site_content import load_site_content
from tests.workers import ROOT, database_url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]
BROWSER = {"Accept-Encoding": "gzip, deflate, br, zstd"}
PLACE = "/clinics/maidenhead/"


@pytest.fixture
def port(tmp_path: Path, settings: Any) -> Iterator[int]:
    """Two web processes over this test's database, with collected files, and the same store of pages as this process."""
    load_site_content()
    store = f"file://{tmp_path}/pages"
    settings.CACHES = production_caches(store)
    stylesheet.bring_up_to_date()
    more = {
        "DJANGO_SETTINGS_MODULE": "tests.served_settings",
        "SERVED_STATIC": str(tmp_path / "static"),
        "KEPT_IN": store,
        "DATABASE_URL": database_url(),
    }
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    subprocess.run(collect, cwd=ROOT, env={**os.environ, **more}, check=True)
    with gunicorn(tmp_path / "log", SITE, **more) as port:
        yield port


class Line:
    """One connection that is kept, as browsers keep theirs."""

    def __init__(self, port: int) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        self.line.request(method, path, headers={**BROWSER, **headers})
        answer = self.line.getresponse()
        return answer, answer.read()


def test_files_are_named_by_content_compressed_and_kept_for_ever(port: int) -> None:
    line = Line(port)
    _, coded = line.ask("/")
    html = brotli.decompress(coded).decode()
    (style,) = re.findall(r'<link rel="stylesheet" href="(/static/css/site\.[0-9a-f]{12}\.css)">', html)
    answer, body = line.ask(style)
    assert answer.status == 200
    assert answer.headers["Content-Encoding"] == "br"
    assert "immutable" in answer.headers["Cache-Control"]
    assert int(re.findall(r"max-age=(\d+)", answer.headers["Cache-Control"])[0]) >= 31536000
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert brotli.decompress(body).decode() == build_css.joined()
    files = set(re.findall(r'"(/static/[^"]+)"', html))
    assert len(files) >= 3
    for path in files:
        answer, _ = line.ask(path)
        assert (answer.status, "immutable" in answer.headers["Cache-Control"]) == (200, True), path


def test_a_page_over_one_line_in_each_coding_with_and_without_its_body(port: int) -> None:
    line = Line(port)
    for coding in ("br", "gzip", "identity"):
        full, body = line.ask("/fees/", **{"Accept-Encoding": coding})
        assert full.headers.get("Content-Encoding", "identity") == coding
        assert int(full.headers["Content-Length"]) == len(body) > 1000
        head, nothing = line.ask("/fees/", "HEAD", **{"Accept-Encoding": coding})
        assert (head.status, nothing) == (200, b"")
        assert head.headers["Content-Length"] == full.headers["Content-Length"]
        assert head.headers["ETag"] == full.headers["ETag"]
        same, nothing = line.ask(
            "/fees/", **{"Accept-Encoding": coding, "If-None-Match": full.headers["ETag"]}
        )
        assert (same.status, nothing) == (304, b"")
    assert full.headers["Server"] == "gunicorn"
    assert full.headers["Cache-Control"] == "no-cache"


def test_both_web_processes_show_an_edit_at_the_next_request(port: int) -> None:
    def shown() -> set[bool]:
        """Over 20 new lines, which both processes take."""
        return {b"Taplow" in Line(port).ask(PLACE, **{"Accept-Encoding": "identity"})[1] for _ in range(20)}

    assert shown() == {False}
    with transaction.atomic():
        Location.objects.filter(slug="maidenhead").update(name="Taplow")
        page_cache.drop()
    assert shown() == {True}


def test_nginx_passes_pages_and_files_on_as_they_are(port: int, tmp_path: Path) -> None:
    static = tmp_path / "static"
    with private_nginx(tmp_path / "nginx", upstream=port, static=static) as front:
        behind, line = Line(port), Line(front)
        for coding in ("br", "gzip", "identity"):
            wanted = {"Accept-Encoding": coding, "Host": "127.0.0.1"}
            (own, body), (passed, through) = behind.ask("/fees/", **wanted), line.ask("/fees/", **wanted)
            assert through == body
            for name in ("Content-Encoding", "ETag", "Vary", "Cache-Control", "Content-Length"):
                assert passed.headers.get_all(name) == own.headers.get_all(name), name
            same, _ = line.ask("/fees/", **wanted, **{"If-None-Match": own.headers["ETag"]})
            assert same.status == 304
        (style,) = [path.name for path in (static / "css").glob("site.*.css")]
        answer, body = line.ask(f"/static/css/{style}")
        assert brotli.decompress(body).decode() == build_css.joined()
        assert len(answer.headers.get_all("Cache-Control")) == 1
        assert "immutable" in answer.headers["Cache-Control"]


def test_while_the_site_is_down_nginx_has_the_plain_files(tmp_path: Path) -> None:
    (tmp_path / "static" / "css").mkdir(parents=True)
    (tmp_path / "static" / "css" / "site.css").write_text("p { margin: 0 }")
    with private_nginx(tmp_path / "nginx", upstream=1, static=tmp_path / "static") as front:
        answer, body = Line(front).ask("/static/css/site.css")
        assert (answer.status, answer.headers["Content-Type"]) == (200, "text/css")
        assert body == b"p { margin: 0 }"
