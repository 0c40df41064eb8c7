"""Fills a demo with made-up staff, a rota and a diary, and prints the logins. Refuses to run outside a demo."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bookings.demo import NoClinics, load_diary, load_logins, load_rota
from bookings.demo.logins import LOGINS
from clinic import page_cache


class Command(BaseCommand):
    help = "Load the demo's staff, rota, bank holidays and diary, and print a login for each role."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "This makes logins that everybody can read. Set DEMO=1 to run it, and only on this machine."
            )
        now = timezone.now()
        try:
            clinics = load_rota(now)
        except NoClinics as error:
            raise CommandError(str(error)) from None
        call_command("load_bank_holidays", stdout=self.stdout, stderr=self.stderr)
        password = load_logins()
        made = load_diary(clinics, now)
        page_cache.drop()  # it made clinicians, whom pages name
        self.stdout.write(f"Demo diary: {made} appointments added.")
        self._print_logins(password)

    def _print_logins(self, password: str) -> None:
        wide = max(len(login.username) for login in LOGINS)
        self.stdout.write(f"\nLogins for {settings.SITE_URL}/admin/, all with the password {password}")
        for login in LOGINS:
            self.stdout.write(f"  {login.username:<{wide}}  {login.says}")
