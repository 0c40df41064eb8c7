"""The real content and the real clinics for a test, in a few milliseconds: loaded once, then written again in bulk."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models

from clinic.loading import load_clinics
from clinic.models import Location, Room, Version
from treatments.loading import load
from treatments.models import Claim, Fact, Fee, Page, Section, Source, Treatment

NOW = dt.datetime(2027, 2, 17, 10, 0, tzinfo=dt.UTC)
_MODELS = (Location, Room, Source, Treatment, Fact, Claim, Fee, Page, Page.sources.through, Section)
_rows: dict[type[models.Model], list[Any]] = {}


def load_site_content() -> None:
    """Fill the empty tables of the running test."""
    if _rows:
        for model, rows in _rows.items():
            model._default_manager.bulk_create(rows)
        return
    load_clinics()
    assert load(now=NOW).problems == []
    Version.objects.all().delete()  # a test that looks at the history keeps its own
    for model in _MODELS:
        _rows[model] = list(model._default_manager.order_by("pk"))
