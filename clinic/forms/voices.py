"""The forms in which people tell us what they think of us. They say what is wrong in words; they hold no rule."""

from __future__ import annotations

from typing import Any

from django import forms

from clinic.forms.fields import CHOOSE, AddressField, PhoneField, WordsField
from clinic.forms.guarded import Timed
from clinic.forms.helper import helper
from clinic.models import Location

LONGEST = 4000
PATH_LONGEST = 200
REACH_US_BACK = "Enter an email address or a phone number, so that we can answer you."


class SentOnce(Timed):
    """Tells two forms apart, so that one pressed twice is one. Any text will do, so it can never be wrong."""

    form = forms.Field(required=False, widget=forms.HiddenInput)


class ComplaintForm(SentOnce):
    """What happened, what would put it right, who says so. No health question."""

    place = forms.ChoiceField(
        label="Which clinic is it about?",
        widget=forms.RadioSelect,
        required=False,
        error_messages=CHOOSE,
    )
    text = WordsField(
        label="What happened?",
        lines=True,
        longest=LONGEST,
        help_text="When was it, and who was there? You need not write about your health.",
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": "Write what happened."},
    )
    wanted = WordsField(
        label="What would put it right? (optional)",
        required=False,
        lines=True,
        longest=LONGEST,
        help_text="For example, a call, an apology, or a change in how we do things.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    name = WordsField(
        label="Your name",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Enter your name."},
    )
    email = AddressField(
        required=False,
        help_text="This or a phone number is enough. We need one of them to answer you.",
        error_messages={"invalid": "Enter an email address like name@example.org, or leave this empty."},
    )
    phone = PhoneField(label="Phone number", required=False)

    def __init__(self, *args: Any, locations: list[Location], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(place.slug, place.name) for place in locations]
        self.fields["place"].choices = [*choices, ("", "No clinic, or more than one")]  # type: ignore[attr-defined]
        # The words say what may stay empty: of two ways to reach somebody either may, but not both.
        self.helper = helper("Send my complaint", summary_above=True, hide_optional=True)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not {"email", "phone"} & set(self.errors) and not given.get("email") and not given.get("phone"):
            self.add_error("email", REACH_US_BACK)
        return given


class FeedbackForm(SentOnce):
    """What helped and what did not, on which page. No name."""

    path = WordsField(
        label="Which page is it about?",
        required=False,
        longest=PATH_LONGEST,
        help_text="You can change this, or leave it empty.",
    )
    helped = WordsField(
        label="What helped you?",
        required=False,
        lines=True,
        longest=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    lacked = WordsField(
        label="What did not help, or was not there?",
        required=False,
        lines=True,
        longest=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper("Send", summary_above=True)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if (
            not {"helped", "lacked"} & set(self.errors)
            and not given.get("helped")
            and not given.get("lacked")
        ):
            self.add_error("helped", "Write in one of the two boxes what you want to tell us.")
        return given
