"""The form pack: every hint, error and summary link points at something that is there, and nothing needs a script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from crispy_forms.utils import render_crispy_form
from django import forms


class Ticks(forms.CheckboxSelectMultiple):
    """A list whose second line has a hint, and whose last stands apart."""

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, label, *args, **kwargs)
        return option | {"b": {"hint": "A stick is fine."}, "none": {"divider": "or"}}.get(str(value), {})


class Everything(forms.Form):
    """One of each kind of field that a patient meets."""

    veins = forms.ChoiceField(
        label="Which veins?", widget=forms.RadioSelect, choices=[("t", "Thread"), ("v", "Varicose")]
    )
    health = forms.MultipleChoiceField(
        label="Which apply?",
        help_text="Tick all.",
        widget=Ticks,
        choices=[("a", "A clot"), ("b", "A cast"), ("none", "None")],
    )
    phone = forms.CharField(label="Phone number", help_text="UK or Irish.")
    email = forms.EmailField(label="Email", required=False)
    clinic = forms.ChoiceField(label="Clinic", choices=[("m", "Maidenhead")])
    agree = forms.BooleanField(label="I agree.", help_text="Read it first.")
    key = forms.CharField(widget=forms.HiddenInput)


def rendered(data: dict[str, str] | None = None, **options: Any) -> str:
    helper = FormHelper()
    helper.add_input(Submit("go", "Continue"))
    for name, value in options.items():
        setattr(helper, name, value)
    return render_crispy_form(Everything(data), helper, {"csrf_token": "token"})


def ids(html: str) -> list[str]:
    return re.findall(r'\bid="([^"]+)"', html)


@pytest.mark.parametrize("data", [None, {}, {"phone": "0"}], ids=["fresh", "empty", "partly"])
def test_every_reference_resolves(data: dict[str, str] | None) -> None:
    html = rendered(data)
    asked = re.findall(r'href="#([^"]*)"|\bfor="([^"]*)"', html)
    described = re.findall(r'aria-(?:describedby|labelledby)="([^"]*)"', html)
    wanted = [one or other for one, other in asked] + " ".join(described).split()
    assert len(wanted) >= 8
    assert set(wanted) - set(ids(html)) == set()
    assert len(ids(html)) == len(set(ids(html)))


def test_the_summary_takes_focus_and_names_every_error() -> None:
    html = rendered({})
    summary = html[html.index('id="problem"') : html.index("</ul>")]
    assert 'tabindex="-1"' in html
    assert "autofocus" in html
    assert summary.count("<li>") == 6  # the email is optional
    assert summary.count('href="#') == 5  # a hidden field cannot be gone to
    assert 'href="#id_veins_0"' in summary


def test_no_summary_before_anything_is_sent() -> None:
    assert 'id="problem"' not in rendered()


def test_a_page_may_print_the_summary_itself() -> None:
    assert 'id="problem"' not in rendered({}, summary_above=True)


def test_choices_stand_in_a_fieldset_with_a_legend() -> None:
    html = rendered()
    assert html.count("<fieldset") == html.count("<legend") == 2
    assert 'aria-describedby="id_health_helptext"' in html
    assert "A stick is fine." in html
    assert '<p class="or">or</p>' in html


def test_a_question_can_be_the_heading_of_its_page() -> None:
    html = rendered(heading_field="veins", subheading_fields=["health"])
    assert html.count("<h1>Which veins?</h1>") == 1
    assert html.count("<h2>Which apply?</h2>") == 1


def test_an_optional_field_says_so() -> None:
    assert rendered().count("(optional)") == 1


def test_errors_come_from_us_and_not_from_the_browser() -> None:
    html = rendered({})
    assert "novalidate" in html
    assert html.count('aria-invalid="true"') >= 5
    assert "style=" not in html
    assert "<script" not in html


def test_the_token_is_there_and_the_button_is_a_button() -> None:
    html = rendered()
    assert html.count("csrfmiddlewaretoken") == 1
    assert re.search(r'<button class="button" type="submit" name="go"[^>]*>Continue</button>', html)
