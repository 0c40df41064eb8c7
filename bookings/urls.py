"""Addresses of the booking."""

app_name = "bookings"
urlpatterns: list = []
