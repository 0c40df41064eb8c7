"""The forms of signing in: a code, and a code from a new phone. They check the shape alone, not whether it opens."""

from __future__ import annotations

from typing import Any

from django import forms

_BOX = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}


class OwnCode(forms.Form):
    """A code of the phone in use, or a recovery code."""

    code = forms.CharField(
        label="Code from your phone, or a recovery code", max_length=40, widget=forms.TextInput(attrs=_BOX)
    )


class EnterCode(OwnCode):
    remember = forms.BooleanField(
        label="Remember this computer for 12 hours. Only on a computer of the clinic.", required=False
    )


class NewPhone(forms.Form):
    """A code of the phone being set up; and of the one before, where there is one."""

    code = forms.CharField(
        label="Code from your old phone, or a recovery code",
        max_length=40,
        widget=forms.TextInput(attrs=_BOX),
    )
    new_code = forms.CharField(
        label="The 6 digits that the app shows now",
        max_length=10,
        widget=forms.TextInput(attrs={**_BOX, "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, replaces: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not replaces:
            del self.fields["code"]
