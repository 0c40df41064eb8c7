"""What the patient's forms read: phones and dates as people type them, and a sentence for everything else."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from bookings.forms import ConsentForm, DetailsForm, HealthForm, RingMeForm, VisitForm, WriteLaterForm
from clinic.forms.fields import ADDRESS_LONGEST, AddressField, DayField, PhoneField, WordsField
from clinic.models import Location
from tests import naughty
from tests.cast import NOW
from treatments import screening

TODAY = dt.date(2027, 2, 17)
PLACES = [
    Location(slug="maidenhead", name="Maidenhead", country="GB"),
    Location(slug="dublin", name="Dublin", country="IE"),
]
GOOD = {
    "name": "Brigid Test",
    "phone": "020 7946 0000",
    "ring_when": "any",
    "missed_call": "leave",
    "email": "brigid@example.org",
    "date_of_birth": "27 3 1958",
}


def details(**changes: object) -> DetailsForm:
    return DetailsForm({**GOOD, **changes}, today=TODAY)


def address() -> AddressField:
    return AddressField(error_messages={"invalid": "Enter an email address.", "required": "Enter one."})


# --- Phones


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("020 7946 0000", "+442079460000"),
        ("02079460000", "+442079460000"),
        ("(020) 7946-0000", "+442079460000"),
        ("+44 20 7946 0000", "+442079460000"),
        ("+44 (0)20 7946 0000", "+442079460000"),
        ("0044 20 7946 0000", "+442079460000"),
        ("07400 123456", "+447400123456"),
        ("07400-123-456", "+447400123456"),
        ("+447400123456", "+447400123456"),
        (" 0 7 4 0 0 1 2 3 4 5 6 ", "+447400123456"),
        ("01628 123456", "+441628123456"),
        ("0800 783 6106", "+448007836106"),
        ("020.7946.0000", "+442079460000"),
        ("tel: 020 7946 0000", "+442079460000"),
        ("０２０ ７９４６ ００００", "+442079460000"),
        ("020\u00a07946\u20110000", "+442079460000"),
        ("(01) 500 0000", "+35315000000"),
        ("01 293 7839", "+35312937839"),
        ("01-2937839", "+35312937839"),
        ("+353 1 293 7839", "+35312937839"),
        ("+353 (0)1 293 7839", "+35312937839"),
        ("00353 1 293 7839", "+35312937839"),
        ("087 123 4567", "+353871234567"),
        ("085-1234567", "+353851234567"),
        ("+353871234567", "+353871234567"),
        ("021 427 1234", "+353214271234"),
        ("+33 1 42 68 53 00", "+33142685300"),
        ("+1 212 555 0123", "+12125550123"),
    ],
)
def test_a_phone_is_read_as_people_type_it(typed: str, kept: str) -> None:
    assert PhoneField().clean(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "7",
        "12345",
        "020 7946",
        "none",
        "ask my son",
        "brigid@example.org",
        "+",
        "0000000000",
        "+999 1234567",
        "9" * 20,
        "020 7946 0000 ext 12",
        "020 7946 0000 or 07400 123456",
        "999",
        "112",
        "0" * 59,
        "0" * 10000,
        "-0",
        "1e11",
    ],
)
def test_what_nobody_could_ring_is_said(typed: str) -> None:
    with pytest.raises(ValidationError, match="Enter a phone number we can ring"):
        PhoneField().clean(typed)


@pytest.mark.parametrize("typed", ["", "   ", None])
def test_an_empty_phone_is_asked_for(typed: str | None) -> None:
    with pytest.raises(ValidationError, match="Enter a phone number\\."):
        PhoneField().clean(typed)


def test_a_kept_phone_is_shown_as_people_read_it_and_a_typed_one_as_it_was_typed() -> None:
    shown = [PhoneField().prepare_value(value) for value in ("+442079460000", "+44 20 79", "+4420", "", None)]
    assert shown == ["020 7946 0000", "+44 20 79", "+4420", "", None]


# --- Dates


@pytest.mark.parametrize(
    "typed",
    [
        "27 3 1958",
        "27/03/1958",
        "27/3/1958",
        "27-3-1958",
        "27.3.1958",
        "27. 3. 1958",
        "27, 3, 1958",
        "27_3_1958",
        "27 March 1958",
        "27 march 1958",
        "27 MAR 1958",
        "27Mar1958",
        "27th March 1958",
        "27th of March 1958",
        "1958-03-27",
        "1958/3/27",
        "1958 March 27",
        "  27   3   1958  ",
        "27 03 1958",
        "027 3 1958",
    ],
)
def test_a_date_is_read_as_people_write_it(typed: str) -> None:
    assert DayField().clean(typed) == dt.date(1958, 3, 27)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("1st September 1949", dt.date(1949, 9, 1)),
        ("2nd Sept 1949", dt.date(1949, 9, 2)),
        ("3rd 9 1949", dt.date(1949, 9, 3)),
        ("29 2 1960", dt.date(1960, 2, 29)),
    ],
)
def test_more_dates_are_read(typed: str, day: dt.date) -> None:
    assert DayField().clean(typed) == day


@pytest.mark.parametrize(
    "typed",
    [
        "27",
        "27 3",
        "27 3 58",
        "1958",
        "27031958",
        "31 2 1958",
        "29 2 1959",
        "0 3 1958",
        "27 0 1958",
        "27 13 1958",
        "3/27/1958",
        "27 Foo 1958",
        "today",
        "27 3 0000",
        "27 3 19580",
        "٢٧ ٣ ١٩٥٨",
        "²⁷ 3 1958",
        "27 3 1958 5",
        "-1 3 1958 x",
        "9" * 20 + " 3 1958",
        "27 3 " + "9" * 20,
        "a" * 10000,
        "<b>27</b> 3 1958",
    ],
)
def test_what_is_no_date_is_said(typed: str) -> None:
    with pytest.raises(ValidationError, match="Enter a date with a day, a month and a year"):
        DayField().clean(typed)


def test_a_kept_date_is_shown_as_it_is_typed() -> None:
    assert DayField().prepare_value(dt.date(1958, 3, 27)) == "27 3 1958"
    assert DayField().prepare_value("27th Foo") == "27th Foo"


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("date_of_birth", "17 2 2027", "must be in the past"),
        ("date_of_birth", "1 1 2100", "must be in the past"),
        ("date_of_birth", "31 12 1906", "Check the year"),
        ("date_of_birth", "1 1 0001", "Check the year"),
        ("travel_on", "16 2 2027", "still to come"),
    ],
)
def test_a_date_that_cannot_be_is_said(field: str, typed: str, says: str) -> None:
    assert says in details(**{field: typed}).errors[field][0]


# --- Words


@pytest.mark.parametrize("what", naughty.UNREADABLE)
@pytest.mark.parametrize("field", [WordsField(), PhoneField(), DayField(), address()])
def test_hidden_signs_are_refused_in_every_field(what: str, field: WordsField) -> None:
    with pytest.raises(ValidationError, match="a sign we cannot read") as refused:
        field.clean(naughty.UNREADABLE[what])
    assert len(refused.value.messages) == 1  # said once, in our own words


@pytest.mark.parametrize("typed", ["brigid@exam\u200cple.org", "brigid@exa\u200dmple.org"])
def test_signs_that_join_letters_are_for_names_and_no_part_of_an_address(typed: str) -> None:
    """The outbox takes none, so the form says so before anything is kept."""
    with pytest.raises(ValidationError, match="Enter an email"):
        address().clean(typed)


@pytest.mark.parametrize("what", naughty.AWKWARD)
def test_awkward_words_are_kept_letter_by_letter(what: str) -> None:
    assert WordsField().clean(naughty.AWKWARD[what]) == naughty.AWKWARD[what]


@pytest.mark.parametrize(
    "name", ["Ó Súilleabháin", "Nuñez-Łuk", "d'Arcy", "Dr. X", "李", "مريم", "क्ष\u200dत्रिय"]
)
def test_a_name_may_have_any_letters(name: str) -> None:
    assert WordsField().clean(name) == name


def test_only_the_long_box_takes_line_breaks() -> None:
    assert WordsField(lines=True).clean("one\r\ntwo\tthree") == "one\r\ntwo\tthree"
    with pytest.raises(ValidationError, match="cannot read"):
        WordsField(lines=True).clean("one\x0btwo")


def test_too_long_says_how_long_it_may_be() -> None:
    with pytest.raises(ValidationError, match="Please use 120 letters or fewer"):
        WordsField().clean("a" * 121)
    assert details(anything_else="a" * 1000).is_valid()
    assert "1000 letters" in details(anything_else="a" * 1001).errors["anything_else"][0]


# --- Email


@pytest.mark.parametrize(
    "typed", ["b@example.org", "b.o'brien+x@sub.example.ie", " b@example.org ", "b@exämple.org"]
)
def test_an_email_address_is_read(typed: str) -> None:
    assert address().clean(typed) == typed.strip()


@pytest.mark.parametrize(
    "typed", ["b", "b@", "@example.org", "b@example", "a@b@example.org", "b@example.org, c@example.org"]
)
def test_what_is_no_email_address_is_said(typed: str) -> None:
    with pytest.raises(ValidationError, match="Enter an email address"):
        address().clean(typed)


def test_an_email_address_fits_the_column_and_holds_no_control_sign() -> None:
    longest = "a" * (ADDRESS_LONGEST - len("@example.org")) + "@example.org"
    assert address().clean(longest) == longest
    with pytest.raises(ValidationError, match="Enter an email address"):
        address().clean("a" + longest)
    with pytest.raises(ValidationError, match="cannot read"):
        address().clean('"\x01"@example.org')  # the old rules allow it between quotes


def test_an_email_is_needed_only_where_we_may_not_ring_and_cannot_text() -> None:
    assert details(email="").is_valid()
    assert details(email="", missed_call="write", phone="07400 123456").is_valid()
    needed = details(email="", missed_call="write")
    assert needed.errors == {"email": ["Enter an email address, so that we can write to you."]}


# --- Whole forms


CHOICES = {
    "ring_when": lambda value: details(ring_when=value),
    "missed_call": lambda value: details(missed_call=value),
    "access_needs": lambda value: details(access_needs=[value]),
    "area": lambda value: VisitForm({"area": value, "clinic": "dublin"}, locations=PLACES, ask_clinic=True),
    "clinic": lambda value: VisitForm({"area": "thread", "clinic": value}, locations=PLACES, ask_clinic=True),
    "place": lambda value: RingMeForm({"place": value}, locations=PLACES, now=NOW),
    "leave_message": lambda value: RingMeForm({"leave_message": value}, locations=PLACES, now=NOW),
    "ticks": lambda value: HealthForm({"ticks": [value]}, page=1),
}


@pytest.mark.parametrize("field", CHOICES)
@pytest.mark.parametrize("what", naughty.EVERYTHING)
def test_an_unknown_choice_is_refused_without_repeating_it(field: str, what: str) -> None:
    typed = naughty.EVERYTHING[what]
    form = CHOICES[field](typed)
    sentences = form.errors[field]
    assert len(sentences) == 1
    assert typed not in sentences[0]
    assert sentences[0].startswith(("Choose ", screening.NOT_READABLE))


@pytest.mark.parametrize("page", screening.PAGES)
def test_a_health_page_reads_ticks_and_says_what_does_not_go_together(page: int) -> None:
    code = screening.ticks_on(page)[0].code
    assert HealthForm({"ticks": [code]}, page=page).is_valid()
    for ticks in ([], [screening.NONE, code]):
        assert len(HealthForm({"ticks": ticks}, page=page).errors["ticks"]) == 1


@pytest.mark.parametrize(
    "form",
    [
        DetailsForm({}, today=TODAY),
        VisitForm({}, locations=PLACES, ask_clinic=True),
        RingMeForm({}, locations=PLACES, now=NOW),
        WriteLaterForm({}, today=TODAY),
        HealthForm({}, page=1),
        ConsentForm({}, now=NOW),
    ],
    ids=lambda form: type(form).__name__,
)
def test_an_empty_form_says_one_plain_sentence_a_field(form: DetailsForm) -> None:
    assert form.errors
    for name, sentences in form.errors.items():
        assert len(sentences) == 1, name
        assert "This field is required" not in sentences[0]
        assert sentences[0].endswith(".")


def test_a_seen_time_of_any_shape_is_compared_and_never_in_the_way() -> None:
    for seen in naughty.EVERYTHING.values():
        form = ConsentForm({"agree": "on", "seen": seen}, now=NOW)
        assert form.is_valid()
        assert form.cleaned_data["seen"] == seen


@pytest.mark.parametrize("typed", ["17 2 2027", "1 1 2027", "18 2 2029", "31 12 9999", "1 1 0001"])
def test_we_write_on_a_day_after_today_and_within_two_years(typed: str) -> None:
    form = WriteLaterForm({"email": "b@example.org", "on": typed}, today=TODAY)
    assert form.errors == {"on": ["Enter a date after today, and within 2 years."]}
