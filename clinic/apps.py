"""Wires the clinic room: its checks, and our admin site in place of the stock one."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class ClinicConfig(AppConfig):
    name = "clinic"
    default = True
    verbose_name = "The clinics"

    def ready(self) -> None:
        from clinic import checks  # noqa: F401  registers them


class StaffAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "clinic.admin_site.StaffAdminSite"
