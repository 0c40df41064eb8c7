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
    path("another/", views.another, name="another"),
    path("ring-me/", views.ring_me, name="ring_me"),
    path("ring-me/sent/", views.ring_me_sent, name="ring_me_sent"),
    path("link/<str:token>/", views.link, name="link"),
    path("manage/", views.manage, name="manage"),
    path("manage/appointment.ics", views.calendar, name="calendar"),
    path("manage/move/", views.move, name="move"),
    path("manage/cancel/", views.cancel, name="cancel"),
    path("manage/contact/", views.contact, name="contact"),
    path("manage/link/", views.link_again, name="link_again"),
    path("manage/health/", views.health_changed, name="health_changed"),
    path("manage/health/<int:page>/", views.health_again, name="health_again"),
    path("manage/health/wait/", views.health_wait, name="health_wait"),
    path("manage/reminders/", views.reminders_on, name="reminders_on"),
    path("reminders/<str:token>/", views.reminders_off, name="reminders_off"),
    path("find/", views.find, name="find"),
    path("find/sent/", views.find_sent, name="find_sent"),
]
