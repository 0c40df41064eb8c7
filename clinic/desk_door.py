"""The door of the desk: password, second step, what was typed when time was up. It opens no page of its own accord."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from clinic import lost_words, second_step
from clinic import staff_sessions as sessions
from clinic.forms.sign_in import EnterCode, NewPhone, OwnCode
from clinic.permissions import DESK, standing_of

Frame = dict[str, Any]
WRONG_CODE = (
    "This code does not fit. Each code works once: wait for the next one. "
    "After a wrong code we wait a moment, longer each time."
)
COOKIE = "__Host-desk" if settings.SECURE_COOKIES else "desk"
START, TODAY = "admin:index", "admin:bookings_appointment_today"


def home(user: User) -> str:
    """Where somebody begins who was going nowhere in particular: at a desk with the day, else with the start page."""
    return reverse(START if standing_of(user).roles.isdisjoint(DESK) else TODAY)


def log_in(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The password. It gets nobody in where a second step is needed or was set up."""
    form = AdminAuthenticationForm(request, request.POST if request.method == "POST" else None)
    onward, lost = _onward(request), request.POST.get("lost", "")
    if request.method != "POST" or not form.is_valid():
        return log_in_page(request, frame, form, onward=onward, lost=lost)
    return _password_fits(request, form.get_user(), onward, lost)


def log_in_page(
    request: HttpRequest,
    frame: Frame,
    form: AdminAuthenticationForm,
    *,
    onward: str,
    lost: str,
    status: int = 200,
) -> HttpResponse:
    told = {"title": "Log in", "form": form, "next": onward, "lost": lost, "app_path": reverse("admin:login")}
    return render(request, "admin/login.html", {**frame, **told}, status=status)


def ask_again(request: HttpRequest, frame: Frame) -> HttpResponse:
    """A form came from somebody whose time was up: the login, and what was typed with it."""
    whose = sessions.who_left(request.session)
    fields = request.POST.lists()
    lost = lost_words.keep(path=request.get_full_path(), fields=fields, user_id=whose) if whose else ""
    form = AdminAuthenticationForm(request)
    return log_in_page(request, frame, form, onward=request.path, lost=lost, status=403)


def locked(request: HttpRequest, answer: HttpResponse, credentials: Any) -> HttpResponse:
    """Ten wrong passwords for one name from one address. The same whether that name exists."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    told = {
        "title": "Too many wrong tries",
        "minutes": minutes,
        "site_header": f"{settings.CLINIC_NAME} desk",
    }
    return render(request, "admin/access/locked.html", told, status=429)


def enter_code(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The second step: a code from the phone, or a recovery code."""
    now = timezone.now()
    found = sessions.who_waits(request.session, now)
    if found is None:
        return redirect("admin:login")
    user, waiting = found
    phone = second_step.phone_of(user)
    if phone is None:
        return redirect("admin:second_step_phone")
    form = EnterCode(request.POST if request.method == "POST" else None)
    if form.is_valid():
        device = second_step.accept(user=user, typed=form.cleaned_data["code"])
        if device:
            remember = form.cleaned_data["remember"] and device == phone
            _enter(request, user, waiting, second=device.persistent_id)
            inside = redirect(_goal(user, waiting))
            return _keep(inside, user, device) if remember else inside
        form.add_error("code", WRONG_CODE)
    return render(request, "admin/access/code.html", {**frame, "title": "Second step", "form": form})


def set_up_phone(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Set up a phone: the first one before anything else opens, another one against a code of the one before."""
    now = timezone.now()
    user, waiting = _whose(request, frame)
    old = user and second_step.phone_of(user)
    if user is None or (waiting and old):  # who waits and has a phone types its code first
        return redirect("admin:login")
    form = NewPhone(request.POST if request.method == "POST" else None, replaces=bool(old))
    if form.is_valid():
        if old and not second_step.accept(user=user, typed=form.cleaned_data["code"]):
            form.add_error("code", WRONG_CODE)
        elif codes := second_step.finish(user=user, typed=form.cleaned_data["new_code"], now=now):
            phone = second_step.phone_of(user)
            second = phone.persistent_id if phone else ""
            if waiting:
                _enter(request, user, waiting, second=second)
            else:
                sessions.stamp(request.session, user, second=second, now=now)
            return _show_codes(request, frame, codes, onward=_goal(user, waiting or {}))
        else:
            form.add_error("new_code", WRONG_CODE)
    phone = second_step.unfinished_phone(user)
    shown = {"picture": second_step.picture(phone), "letters": second_step.letters(phone)}
    told = {"title": "Set up your phone", "form": form, "needed": bool(waiting), "old": bool(old), **shown}
    return render(request, "admin/access/phone.html", {**frame, **told})


def own_sign_in(request: HttpRequest, frame: Frame) -> HttpResponse:
    """What somebody has set up for herself, and what she can end."""
    user = _signed_in(request)
    told = {
        "title": "Your sign-in",
        "phone": second_step.phone_of(user),
        "left": second_step.codes_left(user),
        "form": OwnCode(),
        "hours": settings.STAFF_MAX_HOURS,
        "idle": settings.STAFF_IDLE_MINUTES,
    }
    return render(request, "admin/access/own.html", {**frame, **told})


def new_codes(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Recovery codes anew, against a code: an open desk is not enough."""
    user = _signed_in(request)
    form = OwnCode(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if second_step.accept(user=user, typed=form.cleaned_data["code"]):
            codes = second_step.new_codes(user=user)
            return _show_codes(request, frame, codes, onward=reverse("admin:own_sign_in"))
        form.add_error("code", WRONG_CODE)
    return render(
        request, "admin/access/new_codes.html", {**frame, "title": "New recovery codes", "form": form}
    )


def sign_out_everywhere(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Out on this and every other computer, remembered ones too."""
    if request.method == "POST":
        user = _signed_in(request)
        second_step.sign_out_everywhere(user=user, actor=user, now=timezone.now())
        sessions.leave(request.session, user)
        out = {
            **frame,
            "has_permission": False,
            "available_apps": [],
            "title": "You are signed out everywhere",
        }
        return render(request, "admin/access/out.html", out)
    return redirect("admin:own_sign_in")


def typed_before(request: HttpRequest, frame: Frame) -> HttpResponse:
    """What was typed when time was up, to be sent once more by a press. Shown once; nothing of it was saved."""
    word = request.session.pop(sessions.LOST, "")
    lost = lost_words.read(word, user_id=_signed_in(request).pk)
    if lost is None:
        return redirect(home(_signed_in(request)))
    return render(
        request, "admin/access/typed.html", {**frame, "title": "You are logged in again", "lost": lost}
    )


def _password_fits(request: HttpRequest, user: User, onward: str, lost: str) -> HttpResponse:
    phone = second_step.phone_of(user)
    if lost_words.read(lost, user_id=user.pk) is None:
        lost = ""
    waiting = {"onward": onward, "lost": lost}
    if phone is None and not second_step.is_needed():
        _enter(request, user, waiting, second="")
        return redirect(_goal(user, waiting))
    word = request.COOKIES.get(_cookie_of(user), "")
    if phone and second_step.is_remembered(user=user, phone=phone, word=word):
        _enter(request, user, waiting, second=phone.persistent_id)
        return redirect(_goal(user, waiting))
    sessions.wait(request.session, user, onward=onward, lost=lost, now=timezone.now())
    return redirect("admin:code" if phone else "admin:second_step_phone")


def _enter(request: HttpRequest, user: User, waiting: dict[str, Any], *, second: str) -> None:
    sessions.enter(request, user, second=second, lost=waiting["lost"], now=timezone.now())


def _goal(user: User, waiting: dict[str, Any]) -> str:
    if waiting.get("lost"):
        return reverse("admin:typed_before")
    return str(waiting.get("onward") or home(user))


def _show_codes(request: HttpRequest, frame: Frame, codes: list[str], *, onward: str) -> HttpResponse:
    told = {"title": "Your recovery codes", "codes": codes, "onward": onward}
    return render(request, "admin/access/codes.html", {**frame, **told})


def _whose(request: HttpRequest, frame: Frame) -> tuple[User | None, dict[str, Any] | None]:
    """Who is signed in; or else whose password was right, and where she was going."""
    if frame["has_permission"]:
        return _signed_in(request), None
    return sessions.who_waits(request.session, timezone.now()) or (None, None)


def _signed_in(request: HttpRequest) -> User:
    """The user of a page that only staff who are signed in can open, as a plain row."""
    if not isinstance(request.user, User):
        raise TypeError("nobody is signed in")
    return request.user


def _onward(request: HttpRequest) -> str:
    """Where somebody was going, on this site. Empty for nowhere in particular, and so is the front door's own address."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if ours and asked != reverse(START) else ""


def _cookie_of(user: User) -> str:
    """One for each person: several share a computer."""
    return f"{COOKIE}-{user.pk}"


def _keep(answer: HttpResponseRedirect, user: User, phone: Any) -> HttpResponseRedirect:
    answer.set_cookie(
        _cookie_of(user),
        second_step.word_to_remember(user, phone),
        max_age=second_step.REMEMBERED,
        secure=settings.SECURE_COOKIES,
        httponly=True,
        samesite="Strict",
    )
    return answer
