"""A kept page is gone on a new day, with a new release, and after an edit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from clinic import page_cache
from clinic.models import PageDrop
from tests.kept import another_worker, forget
from tests.test_page_cache import FEES, PLACE, Commit, counted, get, rename

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock", "content")]


# --- A new day, a new release


def test_a_page_is_made_anew_each_day_of_london(kept_pages: None, clock: Any) -> None:
    clock.move_to("2027-06-30T22:59:00Z")
    get(FEES)
    with counted() as asked:
        get(FEES)
    assert asked == []
    clock.move_to("2027-06-30T23:01:00Z")  # after midnight in London, in summer
    with counted() as asked:
        get(FEES)
    assert asked
    with counted() as asked:
        get(FEES)
        with another_worker():
            get(FEES)
    assert asked == []


def test_a_page_of_another_release_is_not_shown(kept_pages: None, monkeypatch: pytest.MonkeyPatch) -> None:
    get(FEES)
    monkeypatch.setattr(page_cache, "release", lambda: "next")
    with another_worker(), counted() as asked:
        get(FEES)
    assert asked


def test_a_release_is_told_by_code_templates_static_names_and_settings(
    settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen = [page_cache.release.__wrapped__()]
    assert page_cache.release.__wrapped__() == seen[0]
    settings.CLINIC_NAME = "Another name"
    seen.append(page_cache.release.__wrapped__())
    monkeypatch.setattr(page_cache.staticfiles_storage, "hashed_files", {"a.css": "a.1.css"}, raising=False)
    seen.append(page_cache.release.__wrapped__())
    for place, name in ((tmp_path / "clinic", "a.py"), (tmp_path / "templates", "a.html")):
        place.mkdir()
        (place / name).write_text("1")
    monkeypatch.setattr(page_cache, "_files", lambda: sorted(tmp_path.rglob("a.*")))
    settings.BASE_DIR = tmp_path
    seen.append(page_cache.release.__wrapped__())
    (tmp_path / "templates" / "a.html").write_text("2")
    seen.append(page_cache.release.__wrapped__())
    assert len(set(seen)) == len(seen) == 5


def test_no_secret_tells_a_release(settings: Any) -> None:
    told = dict(page_cache._settings())
    assert "CLINIC_NAME" in told
    assert len(told) > 50
    assert settings.SECRET_KEY not in map(str, told.values())
    files = [path.name for path in page_cache._files()]
    assert {"base.html", "views.py", "questions.py"} <= set(files)
    assert len(files) > 200


def test_pages_of_releases_before_the_last_are_taken_out(
    kept_pages: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stored() -> int:
        return len(list(Path(page_cache.caches["pages"]._dir).glob("*.djcache")))

    counts = []
    for name in ("one", "two", "three", "four"):
        monkeypatch.setattr(page_cache, "release", lambda name=name: name)
        forget()
        call_command("warm_pages", verbosity=0)
        counts.append(stored())
    assert counts[0] > 20
    assert counts[1] > counts[0]
    assert counts[1] == counts[2] == counts[3]


# --- Edits


def test_an_edit_is_shown_by_every_worker_at_the_next_request(
    store: str, django_capture_on_commit_callbacks: Commit
) -> None:
    with another_worker():
        get(PLACE)
    get(PLACE)
    with django_capture_on_commit_callbacks(execute=True):
        rename("Taplow")
    assert "Taplow" in get(PLACE).content.decode()
    with another_worker():
        assert "Taplow" in get(PLACE).content.decode()


def test_an_edit_that_is_undone_drops_nothing(kept_pages: None) -> None:
    get(PLACE)

    with transaction.atomic():
        page_cache.drop()
        transaction.set_rollback(True)
    assert not PageDrop.objects.exists()
    with counted() as asked:
        get(PLACE)
    assert asked == []


def test_a_page_made_during_an_edit_is_not_kept_for_after_it(
    kept_pages: None, django_capture_on_commit_callbacks: Commit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was read before the edit and finished after it."""
    made = page_cache.made

    def edited_meanwhile(**words: Any) -> Any:
        monkeypatch.undo()
        with django_capture_on_commit_callbacks(execute=True):
            rename("Taplow")
        return made(**words)

    monkeypatch.setattr(page_cache, "made", edited_meanwhile)
    assert "<h1>Taplow" not in get(PLACE).content.decode()  # its gaps are filled later, and know the new name
    assert "<h1>Taplow" in get(PLACE).content.decode()


def test_a_process_killed_right_after_the_commit_only_delays_the_drop(kept_pages: None) -> None:
    get(PLACE)
    rename("Taplow")  # the commit's callbacks never run: this transaction is the test's
    assert "Taplow" not in get(PLACE).content.decode()
    assert PageDrop.objects.count() == 1
    assert page_cache.settle()
    assert "Taplow" in get(PLACE).content.decode()
    assert not PageDrop.objects.exists()
