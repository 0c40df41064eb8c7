"""Requests no browser of ours sends: forms that expired or came from elsewhere, cookies and charsets somebody made up."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client, RequestFactory

from bookings.life import Status
from bookings.models import Appointment
from clinic.models import Location
from tests.reader import Reader
from tests.test_journey import fill_details, send, to_check, to_details

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "value", ['"\\000aaaaaaaaaaaa"', '"\\012aaaaaaaaaa"', "x", "a" * 5000, '"', "=;==", "é" * 20]
)
def test_a_cookie_that_is_none_of_ours_is_no_cookie(place: Location, value: str) -> None:
    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "__Host-manage"):
        for url in ("/book/", "/book/visit/", "/book/manage/", "/admin/", "/"):
            response = Client().get(url, headers={"cookie": f"{name}={value}"})
            assert response.status_code in (200, 302, 404), (name, url)


# --- Forms that expired


def expire(reader: Reader) -> Reader:
    del reader.client.cookies[settings.CSRF_COOKIE_NAME]
    return reader


def test_an_expired_form_keeps_what_was_typed_and_is_sent_again_with_one_press(place: Location) -> None:
    reader = expire(to_details(Reader()))
    fill_details(reader.choose("Afternoon").fill("Anything else?", "Two\nlines & more"))
    assert reader.status == 403
    assert "What you typed is still here" in reader.text
    reader.press("Send it again")
    assert reader.h1 == "Check your request"
    assert "lines & more" in reader.text
    assert "Afternoon" in reader.text


def test_a_request_whose_form_expired_is_not_sent_before_the_press(place: Location) -> None:
    reader = send(expire(to_check(Reader())))
    assert Appointment.objects.get().status == Status.HOLD
    assert reader.press("Send it again").h1 == "We have your request"


@pytest.mark.parametrize("sender", ["https://evil.example", "null", "http://testserver.evil.example", ""])
def test_a_form_from_another_site_gets_nothing_to_press(place: Location, sender: str) -> None:
    client = Client(enforce_csrf_checks=True)
    for name in ("origin", "referer"):
        response = client.post("/book/details/", {"name": "Brigid Mark"}, headers={name: sender})
        assert response.status_code == 403
        page = response.content.decode()
        assert "Nothing was sent" in page
        assert "Brigid Mark" not in page
        assert "Send it again" not in page


def test_a_login_whose_form_expired_does_not_come_back_with_the_password() -> None:
    client = Client(enforce_csrf_checks=True)
    secret = {"username": "reception", "password": "a phrase nobody may see"}
    response = client.post("/admin/login/", secret, headers={"origin": "http://testserver"})
    assert response.status_code == 403
    assert "a phrase nobody may see" not in response.content.decode()


# --- Charsets


CHARSETS = (
    "unicode_escape raw_unicode_escape rot13 base64 undefined idna punycode utf-7 utf-16 nonsense utf-8 ' \"x"
)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("charset", CHARSETS.split(" "))
def test_a_request_that_names_a_charset_is_read_as_utf_8(place: Location, charset: str) -> None:
    """Through the door that gunicorn uses: some of these fail before a view, or any middleware of ours, is reached."""
    from clinic.wsgi import application

    part = b'--B\r\nContent-Disposition: form-data; name="name"\r\n\r\nA\\ud800B\r\n--B--\r\n'
    make = RequestFactory()
    for request, kind in (
        (make.get("/book/?clinic=%5Cud800&at=%5Cud800"), "text/html; charset={}"),
        (make.get("/book/?" + "a=1&" * 600), "text/html;charset={}"),
        (make.generic("POST", "/book/details/", part), "multipart/form-data; charset={}; boundary=B"),
        (make.generic("POST", "/book/details/", b"name=%5Cud800"), FORM + "; charset*={}"),
    ):
        told: list[str] = []
        environ = {**request.environ, "CONTENT_TYPE": kind.format(charset)}
        list(application(environ, lambda status, headers, told=told: told.append(status)))
        assert told[0][:3] in ("200", "400", "403"), (told, kind)
