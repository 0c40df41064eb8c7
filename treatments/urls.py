"""Addresses of the pages that inform."""

from django.urls import path

from treatments import sitemaps, views

app_name = "treatments"
urlpatterns = [
    path("", views.home, name="home"),
    path("treatments/", views.hub, name="hub"),
    path("treatments/contraindications/medicine/", views.medicine, name="medicine"),
    path("treatments/<slug:slug>/", views.page, name="page"),
    path("pictures/<slug:slug>/", views.picture, name="picture"),
    path("fees/", views.fees, name="fees"),
    path("help-now/", views.help_now, name="help_now"),
    path("leaflets/", views.leaflets, name="leaflets"),
    path("leaflets/<slug:slug>/", views.leaflet, name="leaflet"),
    path("search/", views.search, name="search"),
    path("about/", views.about, name="about"),
    path("about/how-we-check/", views.how_we_check, name="how_we_check"),
    path("privacy/", views.privacy, name="privacy"),
    path("cookies/", views.cookies, name="cookies"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("terms/", views.terms, name="terms"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("sitemap.xml", sitemaps.sitemap, name="sitemap"),
]
