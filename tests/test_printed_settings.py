"""Settings that pages print: the number in the unit it is said in, with its name beside it."""

import re

import pytest
from django.conf import settings
from django.template import Context, Template
from pytest_django import Settings

from clinic.printed_settings import PRINTED, number, setting_tag
from treatments.publishing import Figures, UnknownFigure, render


def printed(text: str) -> str:
    return Template("{% load printed %}" + text).render(Context())


def test_every_key_names_a_setting_that_is_a_whole_number() -> None:
    assert len(PRINTED) >= 8
    assert [key for key, (name, _) in PRINTED.items() if not isinstance(getattr(settings, name), int)] == []


def test_minutes_can_be_said_as_hours(settings: Settings) -> None:
    settings.HOLD_MAX_MINUTES = 120
    assert number("hold_most_hours") == "2"
    settings.HOLD_MAX_MINUTES = 90
    assert number("hold_most_hours") == "1.5"


def test_a_template_prints_it_with_its_name_and_its_unit(settings: Settings) -> None:
    settings.REPLY_WORKING_DAYS = 2
    data = '<data value="2" data-setting="REPLY_WORKING_DAYS">2</data>'
    assert printed('{% setting "reply_working_days" %}') == data
    assert printed('{% setting "reply_working_days" "working day" %}') == f"{data} working days"
    settings.REPLY_WORKING_DAYS = 1
    assert printed('{% setting "reply_working_days" "working day" %}').endswith("</data> working day")


def test_a_text_prints_it_too() -> None:
    html = render("Kept for [[setting:purge_days]] days.", Figures({}, "")).html
    assert setting_tag("purge_days") in html


def test_a_setting_that_is_not_listed_is_never_printed() -> None:
    with pytest.raises(KeyError):
        printed('{% setting "secret_key" %}')
    with pytest.raises(UnknownFigure):
        render("[[setting:secret_key]]", Figures({}, ""))


def test_no_page_may_print_a_secret() -> None:
    assert not [name for name, _ in PRINTED.values() if re.search(r"KEY|SECRET|PASSWORD|URL", name)]
