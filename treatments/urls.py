"""Addresses of the pages that inform."""

from django.urls import path

from treatments import views

app_name = "treatments"
urlpatterns = [
    path("", views.home, name="home"),
    path("treatments/", views.hub, name="hub"),
    path("treatments/contraindications/medicine/", views.medicine, name="medicine"),
    path("treatments/<slug:slug>/", views.page, name="page"),
    path("pictures/<slug:slug>/", views.picture, name="picture"),
    path("fees/", views.fees, name="fees"),
    path("help-now/", views.help_now, name="help_now"),
    path("privacy/", views.privacy, name="privacy"),
]
