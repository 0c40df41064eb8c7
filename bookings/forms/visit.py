"""The visit question, the three health pages and the box at the end. Their choices come from the screening table."""

from __future__ import annotations

from typing import Any

from django import forms

from bookings.consent import CARER_LINE, CONSENT_WORDING
from bookings.journey import ANYWHERE
from clinic.forms.fields import CHOOSE
from clinic.forms.guarded import Timed
from clinic.forms.helper import helper
from clinic.models import Location
from treatments import screening


class VisitForm(forms.Form):
    """What to look at, and at which clinic (left out when that is already chosen)."""

    area = forms.ChoiceField(
        label=screening.AREA_QUESTION,
        choices=[(area.code, area.text) for area in screening.AREAS],
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose what you would like us to look at.",
            **CHOOSE,
        },
    )
    clinic = forms.ChoiceField(
        label="Which clinic?",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose a clinic, or the first free time at any of them.",
            "invalid_choice": "Choose one of the clinics on this page.",
        },
    )

    def __init__(self, *args: Any, locations: list[Location], ask_clinic: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper(heading_field="area", subheading_fields=["clinic"])
        if ask_clinic:
            choices = [(place.slug, place.name) for place in locations]
            self.fields["clinic"].choices = [*choices, (ANYWHERE, "The first free time at any of them")]  # type: ignore[attr-defined]
        else:
            del self.fields["clinic"]


class _Ticks(forms.CheckboxSelectMultiple):
    """Ticks with their hints, and the word "or" before the last two."""

    hints: dict[str, str] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["hint"] = self.hints.get(str(value), "")
        option["divider"] = "or" if str(value) == screening.NONE else ""
        return option


class HealthForm(forms.Form):
    """One page of ticks. Cleans to a PageAnswer; a "none" beside a tick is said, never guessed."""

    ticks = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, page: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.page = page
        ticks = screening.ticks_on(page)
        field = self.fields["ticks"]
        field.label = screening.PAGES[page]
        widget = _Ticks()
        widget.hints = {tick.code: tick.hint for tick in ticks}
        field.widget = widget
        field.choices = [  # type: ignore[attr-defined]
            *((tick.code, tick.text) for tick in ticks),
            (screening.NONE, screening.NONE_TEXT),
            (screening.UNSURE, screening.UNSURE_TEXT),
        ]
        field.error_messages["invalid_choice"] = screening.NOT_READABLE
        self.helper = helper(heading_field="ticks", hide_optional=True, form_tag=False)

    def clean_ticks(self) -> list[str]:
        try:
            screening.read_page(self.page, self.cleaned_data["ticks"])
        except screening.AnswerProblem as problem:
            raise forms.ValidationError(problem.sentence) from problem
        return sorted(self.cleaned_data["ticks"])


class ConsentForm(Timed):
    """The box, and a second one for somebody who asks for another person.

    `seen` is the time that this page showed, so that another tab cannot change it unseen.
    """

    agree = forms.BooleanField(
        label=CONSENT_WORDING,
        error_messages={"required": "Tick the box if you agree, so that we may keep your request."},
    )
    agree_for_another = forms.BooleanField(
        label=CARER_LINE,
        error_messages={"required": "Tick this box too, if they know that you ask for them."},
    )
    seen = forms.Field(widget=forms.HiddenInput, required=False)  # compared, never read

    def __init__(self, *args: Any, for_another: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not for_another:
            del self.fields["agree_for_another"]
        self.helper = helper("Send my request")
