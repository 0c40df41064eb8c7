"""Two questions no person sees: a box to leave empty, and when the form was shown. They refuse nobody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from clinic import suspicion
from clinic.suspicion import Pace

OPEN_LONG = "This page was open for a long time. We kept what you typed. Please look at it and send it again."
LEAVE_EMPTY = "Leave this empty"


class SpareField(forms.Field):
    """A box for machines. Any text will do, so it can never be wrong."""

    spare = True  # by this the form pack hides it from people

    def __init__(self) -> None:
        box = forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"})
        super().__init__(label=LEAVE_EMPTY, required=False, widget=box)


class Trapped(forms.Form):
    """A form with a box that only a machine fills in. `suspected` says so; the words of the form are kept all the same.

    The two fields never reach `cleaned_data`: what is sent on is what a person said.
    """

    suspected = False
    website = SpareField()  # not "name" or "company": browsers fill those in by themselves

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([*(name for name in self.fields if name != "website"), "website"])

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound:
            self.look()

    def look(self) -> None:
        self.suspected = bool(self.cleaned_data.pop("website", ""))


class Timed(Trapped):
    """It also carries when it was shown. Too fast is suspected; too old is shown once more, filled in."""

    shown = forms.Field(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        self.now = now
        super().__init__(*args, **kwargs)
        self.initial.setdefault("shown", suspicion.stamp(self.kind, now))

    @property
    def kind(self) -> str:
        return type(self).__name__

    def look(self) -> None:
        super().look()
        took = suspicion.pace(self.kind, str(self.cleaned_data.pop("shown", "")), self.now)
        self.suspected = self.suspected or took == Pace.DOUBTFUL
        if took == Pace.OLD:
            self.data = self.data.copy()  # type: ignore[attr-defined]
            self.data[self.add_prefix("shown")] = suspicion.stamp(self.kind, self.now)  # type: ignore[index]
            self.add_error(None, OPEN_LONG)
