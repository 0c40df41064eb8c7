"""Addresses of the booking."""

from django.urls import path

from bookings import views

app_name = "bookings"
urlpatterns = [
    path("", views.start, name="start"),
    path("help-now/", views.help_now, name="help"),
    path("visit/", views.visit, name="visit"),
    path("elsewhere/", views.elsewhere, name="elsewhere"),
    path("time/", views.choose_time, name="time"),
    path("health/<int:page>/", views.health, name="health"),
    path("wait/", views.wait, name="wait"),
    path("details/", views.details, name="details"),
    path("adults-only/", views.too_young, name="too_young"),
    path("check/", views.check, name="check"),
    path("sent/", views.sent, name="sent"),
    path("ring-me/", views.ring_me, name="ring_me"),
    path("ring-me/sent/", views.ring_me_sent, name="ring_me_sent"),
    path("link/<str:token>/", views.link, name="link"),
    path("manage/", views.manage, name="manage"),
    path("manage/appointment.ics", views.calendar, name="calendar"),
]
