"""How to reach somebody: the details page, the other door, and "email me on a date"."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from bookings.models import Patient
from bookings.needs import ACCESS_NEEDS
from clinic.forms.fields import CHOOSE, AddressField, DayField, PhoneField, WordsField
from clinic.forms.guarded import Timed, Trapped
from clinic.forms.helper import helper
from clinic.models import Country, Location

OLDEST_YEARS = 120
FARTHEST_DAYS = 730
MISSED_CALL = {
    "leave": "You may leave a message",
    "no-message": "Please leave no message",
    "write": "Please text or email me, do not ring",
}


class DetailsForm(Trapped):
    """Who comes and how to reach her. `today` is the clinic's own date. The age rule is not decided here.

    With `for_another` it asks who asks as well, and what they are to each other.
    """

    asked_by = WordsField(
        label="Your own name",
        help_text="You ask for somebody else. We write to you and ring you.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Enter your own name."},
    )
    asked_by_relation = WordsField(
        label="Who are you to them?",
        longest=60,
        help_text="For example: daughter, husband, carer.",
        error_messages={"required": "Say who you are to them, for example: carer."},
    )
    name = WordsField(
        label="Your name",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Enter your name."},
    )
    phone = PhoneField(label="Phone number", help_text="UK or Irish, mobile or home.")
    ring_when = forms.ChoiceField(
        label="When is a good time to ring?",
        choices=Patient.RingWhen.choices,
        initial=Patient.RingWhen.ANY,
        widget=forms.RadioSelect,
        error_messages={**CHOOSE, "required": "Choose when we may ring."},
    )
    missed_call = forms.ChoiceField(
        label="If you miss our call",
        choices=list(MISSED_CALL.items()),
        widget=forms.RadioSelect,
        error_messages={**CHOOSE, "required": "Choose what we do if you miss our call."},
    )
    email = AddressField(
        required=False,
        help_text="If you have no email, we ring you instead.",
        error_messages={"invalid": "Enter an email address like name@example.org, or leave this empty."},
    )
    date_of_birth = DayField(
        label="Date of birth",
        help_text="We treat adults only. For example, 27 3 1958.",
        error_messages={"required": "Enter your date of birth."},
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "bday"}),
    )
    travel_on = DayField(
        example="9 4 2027",
        label="Do you plan a flight, or a trip over 4 hours?",
        required=False,
        help_text="It helps us plan any treatment around it. If so, when do you leave? For example, 9 4 2027.",
    )
    access_needs = forms.MultipleChoiceField(
        label="What would help on the day?",
        choices=list(ACCESS_NEEDS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages=CHOOSE,
    )
    anything_else = WordsField(
        label="Anything else?",
        required=False,
        lines=True,
        longest=1000,
        help_text="Do not write symptoms here. If you feel ill, use “Need medical help now?”",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, today: date, for_another: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        if for_another:
            self._ask_about_them()
        else:
            del self.fields["asked_by"], self.fields["asked_by_relation"]
        self.helper = helper(summary_above=True)

    def _ask_about_them(self) -> None:
        """The same questions, about the person who comes."""
        self.fields["name"].label = "Name of the person who comes"
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        self.fields["name"].error_messages["required"] = "Enter the name of the person who comes."
        self.fields["date_of_birth"].label = "Their date of birth"
        self.fields["date_of_birth"].widget.attrs["autocomplete"] = "off"
        self.fields["date_of_birth"].error_messages["required"] = "Enter their date of birth."
        self.fields["travel_on"].label = "Do they plan a flight, or a trip over 4 hours?"

    def clean_date_of_birth(self) -> date:
        born: date = self.cleaned_data["date_of_birth"]
        if born >= self.today:
            raise ValidationError("A date of birth must be in the past.")
        if born.year < self.today.year - OLDEST_YEARS:
            raise ValidationError("Check the year of the date of birth.")
        return born

    def clean_travel_on(self) -> date | None:
        leaves: date | None = self.cleaned_data["travel_on"]
        if leaves and leaves < self.today:
            raise ValidationError("Enter a day that is still to come, or leave this empty.")
        return leaves

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("missed_call") == "write" and not given.get("email") and "email" not in self.errors:
            phone = given.get("phone", "")
            if phone and not _takes_texts(phone):
                self.add_error("email", "Enter an email address, so that we can write to you.")
        return given


class RingMeForm(Timed):
    """The other door: no health question, no date of birth."""

    name = WordsField(
        label="Your name",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Enter your name."},
    )
    phone = PhoneField(label="Phone number", help_text="UK or Irish, mobile or home.")
    place = forms.ChoiceField(
        label="Which clinic?",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose a clinic, or a country.",
            "invalid_choice": "Choose one of the places on this page.",
        },
    )
    # Tells two forms apart. Any text will do, so it can never be wrong.
    form = forms.Field(required=False, widget=forms.HiddenInput)
    ring_when = forms.ChoiceField(
        label="When is a good time to ring?",
        choices=Patient.RingWhen.choices,
        initial=Patient.RingWhen.ANY,
        widget=forms.RadioSelect,
        error_messages={**CHOOSE, "required": "Choose when we may ring."},
    )
    leave_message = forms.TypedChoiceField(
        label="May we leave a message?",
        choices=[("yes", "Yes"), ("no", "No")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={**CHOOSE, "required": "Choose yes or no."},
    )

    def __init__(self, *args: Any, locations: list[Location], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        countries = sorted({place.country for place in locations})
        self.fields["place"].choices = [  # type: ignore[attr-defined]
            *((place.slug, place.name) for place in locations),
            *((country, f"Any clinic in {_in_words(country)}") for country in countries),
        ]
        self.helper = helper("Ring me", summary_above=True)


class WriteLaterForm(forms.Form):
    """One mail on one date, and nothing else kept."""

    email = AddressField(
        error_messages={
            "required": "Enter your email address.",
            "invalid": "Enter an email address like name@example.org.",
        },
    )
    on = DayField(
        example="1 9 2027",
        label="On which date?",
        help_text="For example, 1 9 2027.",
        error_messages={"required": "Enter the date on which we write to you."},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.helper = helper("Email me then")

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if not self.today < on <= self.today + timedelta(days=FARTHEST_DAYS):
            raise ValidationError("Enter a date after today, and within 2 years.")
        return on


def _takes_texts(phone: str) -> bool:
    """Whether a text can reach this number: a mobile in the UK or Ireland."""
    return phone.startswith(("+447", "+3538"))


def _in_words(country: str) -> str:
    return "the UK" if country == Country.GB else Country(country).label
