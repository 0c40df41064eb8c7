"""A real SMTP server on loopback that keeps what it accepts, and can refuse, cut its reply, or go away. No mocks."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


@dataclass
class Copy:
    """One mail as the server took it."""

    to: str
    raw: bytes

    @property
    def letter(self) -> EmailMessage:
        return cast(EmailMessage, message_from_bytes(self.raw, policy=policy.default))

    @property
    def message_id(self) -> str:
        head = self.raw.partition(b"\r\n\r\n")[0]
        return str(message_from_bytes(head, policy=policy.default)["Message-ID"])


@dataclass
class MailServer:
    """`refuse_every` and `cut_every` count recipients and accepted mails; 0 is never. `answers` are for addresses."""

    refuse_every: int = 0
    cut_every: int = 0
    delay: float = 0.0
    answers: dict[str, str] = field(default_factory=dict)
    copies: list[Copy] = field(default_factory=list)
    refused: int = 0
    cuts: int = 0
    connections: int = 0
    outages: int = 0

    def __post_init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._recipients = itertools.count(1)
        self._mails = itertools.count(1)
        self._lock = threading.Lock()
        self._controller: _Controller | None = None

    def start(self) -> None:
        self._controller = _Controller(self, hostname="127.0.0.1", port=self.port)
        before = self.connections
        self._controller.start()
        self.connections = before  # starting knocks at its own door once

    def stop(self) -> None:
        """Go away as a crash does: those who are talking are cut off in the middle of a word."""
        if self._controller is not None:
            self._controller.hang_up()
            self._controller.stop()
            self._controller = None

    def outage(self, seconds: float) -> None:
        self.outages += 1
        self.stop()
        time.sleep(seconds)
        self.start()

    # --- What aiosmtpd asks of a handler ----------------------------------------------------------------------
    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        if self.refuse_every and next(self._recipients) % self.refuse_every == 0:
            self.refused += 1
            return "451 4.7.1 Please come again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.delay:
            time.sleep(self.delay)
        self.copies.append(Copy(envelope.rcpt_tos[0], bytes(envelope.original_content)))
        if self.cut_every and next(self._mails) % self.cut_every == 0:
            self.cuts += 1
            cast(Any, server.transport).abort()  # accepted, but the sender never hears of it
        return "250 OK"


class _Controller(Controller):
    def __init__(self, server: MailServer, **kwargs: Any) -> None:
        super().__init__(server, **kwargs)
        self.owner = server
        self.talks: list[SMTP] = []

    def factory(self) -> SMTP:
        self.owner.connections += 1
        talk = super().factory()
        self.talks.append(talk)
        return talk

    def hang_up(self) -> None:
        def abort() -> None:
            for talk in self.talks:
                if talk.transport is not None:
                    cast(Any, talk.transport).abort()

        self.loop.call_soon_threadsafe(abort)


@contextmanager
def mail_server(**behaviour: Any) -> Iterator[MailServer]:
    server = MailServer(**behaviour)
    server.start()
    try:
        yield server
    finally:
        server.stop()
