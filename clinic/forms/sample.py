"""One of each kind of field, for the style guide. It is never sent anywhere."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms

from clinic.forms.fields import PhoneField, WordsField


class SampleForm(forms.Form):
    """Give it a prefix: two stand on one page."""

    name = WordsField(label="Your name", error_messages={"required": "Enter your name."})
    phone = PhoneField(label="Phone number", help_text="UK or Irish, mobile or home.")
    note = WordsField(
        label="Anything else?", required=False, lines=True, widget=forms.Textarea(attrs={"rows": 2})
    )
    clinic = forms.ChoiceField(
        label="Clinic",
        choices=[("", "Choose one"), ("example", "Example")],
        error_messages={"required": "Choose a clinic."},
    )
    veins = forms.ChoiceField(
        label="What do your veins look like?",
        widget=forms.RadioSelect,
        choices=[("fine", "Fine lines"), ("wide", "Wide, twisted or bulging")],
        error_messages={"required": "Choose one of the answers."},
    )
    health = forms.MultipleChoiceField(
        label="Which are true for you?",
        help_text="Tick all that are true.",
        widget=forms.CheckboxSelectMultiple,
        choices=[("sore", "A vein is hard, red or painful"), ("none", "None of these")],
        error_messages={"required": "Tick an answer, or tick none of these."},
    )
    agree = forms.BooleanField(
        label="I have read this.", error_messages={"required": "Tick to say you have read it."}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_method, self.helper.summary_above = "get", True
        self.helper.add_input(Submit(f"{self.prefix}-go", "Continue", css_id=f"{self.prefix}-go"))
