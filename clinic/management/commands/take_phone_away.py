"""`manage.py take_phone_away NAME`: for when nobody is left who could do it at the desk. It changes no password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clinic import second_step


class Command(BaseCommand):
    help = "Take the phone and the recovery codes of a login away; its next log-in sets up a new phone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError("There is no such login.")
        second_step.take_away(user=user, actor=AnonymousUser(), now=timezone.now())
        self.stdout.write("Done. It is signed out everywhere, too.")
