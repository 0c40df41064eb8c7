"""Mail of a demo: each one becomes a file of its own in `settings.MAIL_DIR`. It cannot reach a network."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.MAIL_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for mail in email_messages:
            _write(folder, mail)
        return len(email_messages)


def _write(folder: Path, mail: EmailMessage) -> None:
    known = re.match(r"<([0-9a-f-]{36})@", mail.extra_headers.get("Message-ID", ""))
    # Numbered, so that the names sort by the order of writing. Two workers may take one number: still two files.
    last = max((int(file.name[:6]) for file in folder.glob("[0-9]*.eml")), default=0)
    name = f"{last + 1:06}-{known[1] if known else uuid4()}.eml"
    part = folder / f".{name}.part"
    part.write_bytes(mail.message().as_bytes())
    os.replace(part, folder / name)  # so that the mail page never meets half a mail
