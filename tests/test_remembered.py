"""What every page says is worked out once an edition of the content, and again after it changed."""

from __future__ import annotations

import pytest

from clinic import page_cache
from clinic.context_processors import organisations
from clinic.models import Organisation

pytestmark = [pytest.mark.both, pytest.mark.django_db(transaction=True)]


def test_it_is_asked_once_an_edition(kept_pages: None, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    organisations()
    with django_assert_num_queries(0):
        assert organisations() == {}


def test_an_edit_is_seen_at_once(kept_pages: None) -> None:
    assert organisations() == {}
    Organisation.objects.create(country="IE", legal_name="An Example Limited")
    assert organisations() == {}, "nobody said that anything changed"
    page_cache.drop()
    assert organisations()["IE"].legal_name == "An Example Limited"


def test_without_a_store_it_is_asked_anew(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    for _ in range(2):
        with django_assert_num_queries(1):
            organisations()
