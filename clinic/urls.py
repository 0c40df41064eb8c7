"""The project's addresses. Rooms above this one are included by name."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from clinic import demo, views

pages = [
    path("clinics/", views.clinics, name="clinics"),
    path("clinics/<slug:slug>/", views.location, name="location"),
    path("speculation-rules.json", views.speculation, name="speculation"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path(".well-known/security.txt", views.security, name="security"),
    path("about/clinicians/", views.clinicians, name="clinicians"),
    path("complaints/", views.complaints, name="complaints"),
    path("complaints/write/", views.complain, name="complain"),
    path("complaints/sent/", views.complained, name="complained"),
    path("feedback/", views.feedback, name="feedback"),
    path("feedback/sent/", views.feedback_sent, name="feedback_sent"),
    path("media/pictures/<str:name>", views.photo, name="photo"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
if settings.DEMO:
    pages.append(path("demo/mail/", demo.mail, name="mail"))

urlpatterns = [
    path("", include("treatments.urls")),
    path("", include((pages, "clinic"))),
    path("book/", include("bookings.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "clinic.views.unreadable"
handler500 = "clinic.views.server_error"
