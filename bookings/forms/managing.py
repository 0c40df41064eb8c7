"""What a patient fills in behind her link, and where she asks for it again. Reads what was typed; holds no booking rule."""

from __future__ import annotations

from typing import Any

from django import forms

from bookings.needs import CANCEL_REASONS
from clinic.forms.fields import CHOOSE, AddressField, PhoneField, WordsField
from clinic.forms.guarded import Trapped
from clinic.forms.helper import helper


class VersionForm(forms.Form):
    """Any form behind the link carries the version it was shown with. Nonsense counts as an old one."""

    version = forms.Field(required=False, widget=forms.HiddenInput)

    def clean_version(self) -> int:
        text = str(self.cleaned_data["version"] or "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


class CancelForm(VersionForm):
    """The reason is optional."""

    reason = forms.ChoiceField(
        label="Why do you cancel?",
        required=False,
        choices=list(CANCEL_REASONS.items()),
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper("Yes, cancel it", form_tag=False)


class ContactForm(VersionForm):
    """Phone and email as they ought to be."""

    phone = PhoneField(label="Phone number", help_text="UK or Irish, mobile or home.")
    email = AddressField(
        required=False,
        help_text="If you have no email, we ring you instead.",
        error_messages={"invalid": "Enter an email address like name@example.org, or leave this empty."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper("Save", summary_above=True)


class FindForm(Trapped):
    """Where the link goes. The reference narrows it; any text will do, so that it can never be told wrong."""

    email = AddressField(
        error_messages={
            "required": "Enter the email address that we write to.",
            "invalid": "Enter an email address like name@example.org.",
        },
    )
    reference = WordsField(
        label="Reference",
        required=False,
        longest=20,
        help_text="It stands in our messages, for example 7K4 M2P.",
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper("Send me the link", summary_above=True)
