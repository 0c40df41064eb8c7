"""Finds who is signed in. One query, the key of all sign-ins with it; a disabled user is nobody."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User


class StaffBackend(ModelBackend):
    """Django's own, with one join. Whether a password may be tried at all is said before it, by the lock-out."""

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.select_related("sign_in_key").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
