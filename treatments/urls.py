"""Addresses of the pages that inform."""

app_name = "treatments"
urlpatterns: list = []
