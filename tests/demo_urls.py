"""The site's addresses as a demo has them: with its mail page."""

from django.urls import include, path

from clinic import demo, urls

pages = [*urls.pages, path("demo/mail/", demo.mail, name="mail")]
urlpatterns = [path("", include((pages, "clinic"))), *urls.urlpatterns]
