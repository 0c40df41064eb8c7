"""Where and when somebody looks for a free time: sent in the address, so it holds nothing personal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from bookings.journey import ANYWHERE
from bookings.wanted import LABELS, Part
from clinic.forms.fields import DayField
from clinic.models import Location


class SoonField(DayField):
    """A day that lies ahead, in any shape; without a year it is the next one of that name after `today`."""

    PROBLEM = "Enter a day and a month, for example 2 March, or leave this empty."

    def __init__(self, *, today: date, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.today = today

    def clean(self, value: Any) -> date | None:
        typed = str(value or "")
        if len(re.findall(r"[0-9]+|[^\W\d_]{3,}", typed)) != 2:
            return super().clean(value)
        named = super().clean(f"{typed} {self.today.year}")
        return named if named and named >= self.today else super().clean(f"{typed} {self.today.year + 1}")


class TimesForm(forms.Form):
    """Which clinics, which parts of the day, from which day. Only what exists is offered."""

    clinic = forms.MultipleChoiceField(
        label="Which clinics?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Tick one or more.",
    )
    part = forms.MultipleChoiceField(
        label="When can you come?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Tick each one that suits you.",
    )

    def __init__(
        self, *args: Any, locations: Sequence[Location], parts: Sequence[Part], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from"] = SoonField(
            today=today, required=False, label="From which day?", help_text="For example, 2 March."
        )
        choices = [(place.slug, place.name) for place in locations]
        self.fields["clinic"].choices = [*choices, (ANYWHERE, "The first free time at any of them")]  # type: ignore[attr-defined]
        self.fields["part"].choices = [(part.value, LABELS[part]) for part in parts]  # type: ignore[attr-defined]
        if len(parts) < 2:  # nothing to choose between
            del self.fields["part"]
