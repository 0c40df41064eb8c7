"""F18: marked people go every way through the real site, gunicorn, nginx, worker and SMTP. No log, error mail, title,
address or Referer holds a mark. Controls: four planted slips, each found.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from bookings import links
from bookings.models import Appointment, LinkAsked, WorkingPattern
from clinic.models import Complaint, Message
from tests import cast
from tests.drills.web import Answer, LiveClient, gunicorn
from tests.mail_server import MailServer, mail_server
from tests.private_nginx import private_nginx
from tests.reader import Reader
from tests.test_journey import send, to_health
from tests.test_privacy_of_logs import MARKS, TYPED
from tests.workers import ROOT, running_worker

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]

SITE = "tests.drills.marked:application"
CHORES = "bookings.services.finding.send_asked@0"
UNHURRIED = {"rate=30r/m": "rate=6000r/m"}  # one visitor here does in a minute what takes others a week
# Beside the marks of the light test: a second address and phone, a staff note, a caller, a complaint, a question.
MORE_MARKS = [
    "zznew",
    "79460999",
    "7946 0999",
    "zzstaff",
    "zzcaller",
    "79460777",
    "7946 0777",
    "zzwrong",
    "zzwriter",
    "zzmarked",
    "zzreason",
]
# A mistake of ours, a form without its token, too long for Django and for nginx, nowhere, a dead link, an address
# without an end, no HTTP of ours, none at all, and no web server.
TROUBLES = [500, 403, 413, 413, 404, 404, 414, 505, 400, 503]
SLIPS = ("form", "address", "mail", "nginx")


@dataclass
class Trail:
    """What a browser was sent to, told as a Referer, and shown as a title."""

    addresses: list[str] = field(default_factory=list)
    referers: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)


class Watched(LiveClient):
    """A browser that sends a Referer, as the policy of every page allows it, and keeps what it came past."""

    def __init__(self, port: int, trail: Trail) -> None:
        super().__init__(port)
        self.trail, self.page = trail, ""

    def _ask(self, method: str, url: str, body: str | None, headers: dict[str, str]) -> Answer:
        headers = {**headers, **({"Referer": self.page} if self.page else {})}
        answer = super()._ask(method, url, body, headers)
        self.trail.addresses += [url, str(answer.get("Location", ""))]
        self.trail.referers.append(headers.get("Referer", ""))
        self.trail.statuses.append(answer.status_code)
        text = answer.content.decode(errors="replace")
        self.trail.titles += re.findall(r"<title>(.*?)</title>", text, re.DOTALL)
        if answer.status_code < 300:
            self.page = f"http://127.0.0.1:{self.port}{url}"
        return answer


@dataclass
class Site:
    """The running site: its browsers' trail, the mail it sent, its log files."""

    port: int
    folder: Path
    mail: MailServer
    web: ExitStack  # closed: the web server is gone, and nginx alone answers
    trail: Trail = field(default_factory=Trail)

    def reader(self) -> Reader:
        return Reader(Watched(self.port, self.trail))  # type: ignore[arg-type]

    def logs(self) -> dict[str, list[str]]:
        names = ("web.log", "worker.log", "nginx/clinic.log", "nginx/clinic-error.log", "nginx/error.log")
        files = {name: self.folder / name for name in names}
        return {
            name: path.read_text(errors="replace").splitlines()
            for name, path in files.items()
            if path.exists()
        }

    def wait_for_mail(self) -> None:
        """Until the worker has looked up what was asked for, and sent what is due."""
        until = time.monotonic() + 60
        while LinkAsked.objects.exists() or Message.objects.unsent().exists():
            assert time.monotonic() < until, "the worker does not keep up"
            time.sleep(0.1)


@contextmanager
def served(folder: Path, leak: str = "") -> Iterator[Site]:
    """The whole site on loopback; `leak` plants one slip."""
    cast.make_location("dublin")
    cast.make_second_pair(cast.make_clinic())
    WorkingPattern.objects.update(valid_from="2020-01-01")  # this site's clock is the real one
    also = dict(UNHURRIED)
    if leak == "nginx":
        also["$status $request_method"] = '$status "$request" "$http_referer" $request_method'
    with ExitStack() as stack:
        mail = stack.enter_context(mail_server())
        variables = {"CATCHER": str(mail.port), "LEAK": leak}
        web = stack.enter_context(ExitStack())
        upstream = web.enter_context(
            gunicorn(
                folder / "web.log",
                SITE,
                level="info",
                config=str(ROOT / "deploy" / "gunicorn.conf.py"),
                **variables,
            )
        )
        (folder / "static" / "errors").mkdir(parents=True, exist_ok=True)
        for name in ("400", "429", "503"):
            (folder / "static" / "errors" / f"{name}.html").write_text(name)
        port = stack.enter_context(
            private_nginx(folder / "nginx", upstream=upstream, static=folder / "static", also=also)
        )
        stack.enter_context(
            running_worker(
                port=mail.port, log=folder / "worker.log", WORKER_CHORES=CHORES, ALLOW_NOT_READY="1"
            )
        )
        yield Site(port, folder, mail, web)


# --- The ways through the site ------------------------------------------------------------------------------------
def asks(site: Site) -> tuple[Reader, Appointment]:
    """A request with a slip on each page, up to its page behind the link from the mail."""
    reader = to_health(site.reader()).press("Continue")
    reader.choose("clot in a leg").press("Continue")
    for _ in range(2):
        reader.choose("No, none of these").press("Continue")
    for label, text in TYPED.items():
        reader.fill(label, text)
    reader.press("Continue")
    assert reader.status == 422
    reader.choose("You may leave a message").press("Continue").press("Send my request")
    send(reader)
    assert reader.h1 == "We have your request", reader.text[:300]
    made = Appointment.objects.exclude(patient=None).latest("pk")
    site.wait_for_mail()
    reader.open(link_in_mail(site, TYPED["Email"]))
    assert reader.h1 == "Your request"
    return reader, made


def link_in_mail(site: Site, to: str) -> str:
    body = [copy for copy in site.mail.copies if copy.to == to][-1].letter.get_body(("plain",))
    assert body is not None
    return re.findall(r"https://testserver(/book/link/\S+)", body.get_content())[0]


def changes_it(site: Site, reader: Reader) -> None:
    """Moves it, corrects the contact with a slip, tells of her health, asks for the link twice over, cancels."""
    reader.click("Move it").press("11:15am")
    reader.click("Correct phone or email").fill("Email", "zznew at example").press("Save")
    assert reader.status == 422
    reader.fill("Email", "zznew@example.org").fill("Phone number", "020 7946 0999").press("Save")
    assert "We have saved it" in reader.text
    reader.click("My health has changed").press("Yes, something has changed")
    reader.choose("clot in a leg").press("Continue")
    for press in ("Continue", "Send my answers"):
        reader.choose("No, none of these").press(press)
    reader.click("Get the link again").press("Send me a new link")
    found = site.reader().open("/book/find/").fill("Email", "zznew@example.org").press("Send me the link")
    assert found.h1 == "Look in your email"
    site.wait_for_mail()
    reader.open(link_in_mail(site, "zznew@example.org"))
    reader.click("Cancel it").press("Yes, cancel it")
    assert "We have cancelled it" in reader.text


def other_doors(site: Site) -> None:
    """Ring me, a complaint, a word about a page."""
    reader = site.reader().open("/book/ring-me/").fill("Your name", "Zzcaller").press("Ring me")
    reader.fill("Phone number", "020 7946 0777").choose("Dublin").choose("No").press("Ring me")
    assert reader.status == 200, reader.text[:700]
    reader.open("/complaints/write/").fill("What happened?", "Zzwrong, nobody rang.")
    reader.fill("Your name", "Zzwriter").fill("Email", "zzwriter@example.org").press("Send my complaint")
    assert Complaint.objects.count() == 1
    reader.open("/feedback/").fill("What helped you?", "Zzmarked words").press("Send")


def at_the_desk(site: Site, made: Appointment) -> None:
    """Staff log in, search by name, read, note, correct, ring and decline; the name stands in an address of theirs."""
    cast.make_staff("desk", "manager")
    cast.make_staff("nurse", "clinician")
    for who in ("desk", "nurse"):
        reader = Reader(LiveClient(site.port))  # type: ignore[arg-type]  # its search may hold the name: not of the trail
        reader.open("/admin/login/?next=/admin/")
        token = reader.values()["csrfmiddlewaretoken"][0]
        form = {"username": who, "password": cast.PASSWORD, "csrfmiddlewaretoken": token, "next": "/admin/"}
        assert reader.client.post("/admin/login/", {**form, "password": "Zzmarked"}).status_code == 200
        assert reader.client.post("/admin/login/", form).status_code == 302
        for page in ("appointment", "patient"):
            assert made.patient is not None
            reader.open(f"/admin/bookings/{page}/?q=Zzname+Zzfamily")
            assert "Zzname" in reader.response.content.decode(), page
        reader.open(f"/admin/bookings/appointment/{made.pk}/change/")
        post = {"csrfmiddlewaretoken": reader.values()["csrfmiddlewaretoken"][0], "text": "Zzstaff note"}
        assert reader.client.post(f"/admin/bookings/appointment/{made.pk}/note/", post).status_code == 302
        reader.open(f"/admin/bookings/patient/{made.patient_id}/reach/").fill("Email", "zznew at")
        assert reader.press("Save").status == 422
        reader.open("/admin/bookings/calltask/").open("/admin/bookings/appointment/queue/")


def trouble(site: Site) -> list[int]:
    """What else writes lines: a mistake of ours, an old form, too much, nowhere, no such host, half a request."""
    client, marked = Watched(site.port, Trail()), {"name": "Zzname", "email": "zzmail@example.org"}
    reader = Reader(client).open("/book/ring-me/")  # type: ignore[arg-type]
    token = {"csrfmiddlewaretoken": reader.values()["csrfmiddlewaretoken"][0]}
    told = [
        client.post("/book/breaks/?q=Zzname", {**marked, **token}).status_code,
        client.post("/book/ring-me/?q=Zzname", marked).status_code,
        client.post("/book/ring-me/", {**token, "name": "Zzname" * 60_000}).status_code,
        client.post("/book/ring-me/", {**token, "name": "Zzname" * 200_000}).status_code,
        client.get("/nowhere/Zzname/?q=zzmail@example.org").status_code,
        client.get("/book/link/zznameZZtoken/").status_code,
        client.get(f"/?q={'zzname' * 3000}").status_code,
    ]
    told += [broken_off(site.port, line) for line in ("GET /book/?q=Zzname HTTP/9.9", "Zzname")]
    site.web.close()
    return [*told, client.get("/book/find/?q=zzmail@example.org").status_code]


def broken_off(port: int, line: str) -> int:
    """What a request is told that no browser sends."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plug:
        plug.sendall(f"{line}\r\nHost: zzname.example\r\nCookie: zzname=zzmail@example.org\r\n\r\n".encode())
        first = plug.recv(4096).split(b" ")
    return int(first[1]) if len(first) > 1 and first[1].isdigit() else 0


def marks_of(made: Appointment) -> list[str]:
    return [*MARKS, *MORE_MARKS, links.token(made), str(made.uuid), made.uuid.hex, made.reference]


def finder(marks: list[str]) -> Callable[[str], list[str]]:
    """Which marks a text holds, however it is written in an address."""
    small = [mark.lower() for mark in marks]

    def found(text: str) -> list[str]:
        plain = f"{text}\n{unquote(text).replace('+', ' ')}".lower()
        return [mark for mark in small if mark in plain]

    return found


def test_f18_no_mark_is_found_anywhere(tmp_path: Path) -> None:
    with served(tmp_path) as site:
        reader, made = asks(site)
        changes_it(site, reader)
        other_doors(site)
        at_the_desk(site, made)
        site.wait_for_mail()
        told = trouble(site)
        secrets = {unquote(urlsplit(url).path) for url in site.trail.addresses if "/book/link/" in url}
    found = finder(marks_of(made))
    assert told == TROUBLES
    logs = site.logs()
    lines = [(name, line) for name, rows in logs.items() for line in rows]
    leaks = [(name, line) for name, line in lines if found(line) or "clot" in line or "/book/" in line]
    tokens = [token.removeprefix("/book/link/").strip("/") for token in secrets]
    leaks += [(name, line) for name, line in lines if any(token in line for token in tokens)]
    errors = [copy for copy in site.mail.copies if copy.to == "operations@example.org"]
    titles = [title for title in site.trail.titles if found(title) or "clot" in title]
    addresses = [url for url in site.trail.addresses if not url.startswith("/book/link/") and found(url)] + [
        url for url in site.trail.addresses if "clot" in url
    ]
    referers = [page for page in site.trail.referers if found(page) or "/book/link/" in page]
    subjects = [copy.letter["Subject"] for copy in site.mail.copies]
    print(
        f"\n| F18 | lines: {', '.join(f'{name} {len(rows)}' for name, rows in logs.items())} | "
        f"{len(site.mail.copies)} mails, {len(errors)} about errors | {len(site.trail.titles)} titles, "
        f"{len(site.trail.addresses)} addresses, {len(site.trail.referers)} referers | troubles {told} | "
        f"{len(leaks) + len(titles) + len(addresses) + len(referers)} marks |"
    )
    assert len(logs["web.log"]) >= 80
    assert len(logs["worker.log"]) >= 5
    assert len(logs["nginx/clinic.log"]) >= 80
    assert len(site.trail.titles) >= 35
    assert len(tokens) >= 2
    assert leaks == []
    assert [copy.raw for copy in errors if found(copy.raw.decode())] == []
    assert (titles, addresses, referers) == ([], [], [])
    assert [subject for subject in subjects if found(str(subject))] == []


@pytest.mark.parametrize("slip", SLIPS)
def test_f18_control_a_planted_slip_is_found(tmp_path: Path, slip: str) -> None:
    with served(tmp_path, slip) as site:
        reader, made = asks(site)
        form = {**reader.open("/book/ring-me/").values(), "name": "Zzname"}
        assert reader.client.post("/book/breaks/", form).status_code == 500
        reader.open("/book/find/?q=zzname")
    found = finder(marks_of(made))
    caught = [line for rows in site.logs().values() for line in rows if found(line)]
    caught += [
        copy.to
        for copy in site.mail.copies
        if copy.to == "operations@example.org" and found(copy.raw.decode())
    ]
    print(f"\n| F18 control, {slip} | {len(caught)} found |")
    assert caught
