"""Drill F12: back up, restore into a new database, compare the hash of every row, log in; the copy sends no old mail.

The commands are those of docs/operate.md, read from there. Controls: one changed row is found; and without the step that
takes old mail out of the post, the copy sends it.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.drills.served import Site
from tests.drills.web import LiveClient
from tests.private_postgres import Server, binaries, private_server
from tests.scale import scaled
from tests.test_database_user import OPERATE, statements

pytestmark = pytest.mark.drill

LONGEST = 15 * 60  # seconds
ROWS = scaled(100_000)
QUEUED = 20
TODAY = "/admin/bookings/appointment/today/"
NAMED_FILE = "clinic-2027-02-17.dump.gpg"
# What waits when the backup is made: mail, and somebody who asked for her link. And a trail of some years.
WAITING = f"""
from django.utils import timezone
from clinic import outbox
from bookings.models import LinkAsked, Patient
now = timezone.now()
for nth in range({QUEUED}):
    outbox.queue(kind="confirmed", audience="patient", to=f"p{{nth}}@example.org", subject="Clinic", text="Old", now=now)
LinkAsked.objects.create(email=Patient.objects.exclude(email="").first().email, asked_at=now)
"""
TRAIL = f"""INSERT INTO clinic_trailrow (at, act, noun, key, page, words, count)
SELECT now() - n * interval '1 minute', 'look', 'bookings.patient', n, '', '', 1 FROM generate_series(1, {ROWS}) AS n;"""  # noqa: S608


def blocks(kind: str) -> str:
    """The blocks of one kind under "Back up and restore", one after the other."""
    part = OPERATE.read_text(encoding="utf-8").partition("## Back up and restore")[2].partition("\n## ")[0]
    return "\n".join(re.findall(rf"```{kind}\n(.*?)```", part, re.S))


def run(command: str, folder: Path, **variables: str) -> str:
    """As an operator types it: in a folder, and it stops at whatever fails."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stderr[-2000:]}"
    return done.stdout


def step(program: str) -> str:
    """The one line of the document that runs this program or names this file."""
    (line,) = [line for line in blocks("sh").splitlines() if program in line]
    return line


@dataclass
class Place:
    """The server, and a folder with the operator's files and her key."""

    server: Server
    folder: Path
    keys: Path

    def url(self, user: str, name: str) -> str:
        return f"postgres://{user}@{quote(str(self.server.folder), safe='')}/{name}"

    def sql(self, name: str, text: str) -> str:
        """As PostgreSQL's administrator."""
        (self.folder / "typed.sql").write_text(text)
        return run(
            f'psql -X -A -t -q -v ON_ERROR_STOP=1 -f typed.sql "{self.url("postgres", name)}"', self.folder
        )

    def make(self, name: str) -> None:
        """A new, empty database, as "The database's own user" says."""
        self.sql("postgres", f"CREATE DATABASE {name} OWNER clinic_owner")
        self.sql(name, "CREATE EXTENSION btree_gist; ALTER SCHEMA public OWNER TO clinic_owner;")

    def type(self, line: str, name: str) -> None:
        kept = next(iter(sorted(self.folder.glob("*.dump.gpg"))), Path(NAMED_FILE)).name
        url = self.url("clinic_owner", name)
        run(
            line.replace(NAMED_FILE, kept),
            self.folder,
            OWNER_URL=url,
            NEW_OWNER_URL=url,
            GNUPGHOME=str(self.keys),
        )

    def hashes(self, name: str) -> dict[str, str]:
        """A hash of all rows of each table, and where each sequence stands."""
        tables = self.sql(
            name, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        ).split()
        counts = self.sql(name, "SELECT sequencename, last_value FROM pg_sequences ORDER BY 1")
        rows = "SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM"
        made = {table: self.sql(name, f'{rows} "{table}" AS t') for table in tables}
        return {**made, "sequences": counts}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    if binaries() is None or not shutil.which("gpg"):
        pytest.fail("PostgreSQL or gpg is not on this machine, and a drill that is skipped has failed")
    folder = tmp_path_factory.mktemp("f12")
    keys = Path(tempfile.mkdtemp(prefix="gpg-"))  # short: it holds a socket
    with private_server() as server:
        made = Place(server, folder, keys)
        for line in [line for line in statements() if line.startswith("CREATE ROLE")]:
            made.sql("postgres", line)
        grants = [line for line in statements() if line.startswith(("GRANT", "REVOKE"))]
        (folder / "grants.sql").write_text("\n".join(grants))
        (folder / "quiet.sql").write_text(blocks("sql"))
        key = "gpg --batch --passphrase '' --quick-generate-key backup@clinic.example default default never"
        run(key, folder, GNUPGHOME=str(keys))
        try:
            yield made
        finally:
            run("gpgconf --kill gpg-agent", folder, GNUPGHOME=str(keys))
            shutil.rmtree(keys, ignore_errors=True)


@dataclass
class Kept:
    """A site with mail that waits, as it was when the backup was made."""

    site: Site
    hashes: dict[str, str]
    waiting: set[str]
    seconds: float


@pytest.fixture(scope="module")
def kept(place: Place) -> Kept:
    place.make("first")
    site = Site(place.folder / "var", place.url("clinic_owner", "first"))
    site.folder.mkdir()
    site.manage("prepare")
    site.manage("shell", "-c", WAITING)
    place.sql("first", TRAIL)
    waiting = set(place.sql("first", "SELECT uuid FROM clinic_message WHERE status = 'queued'").split())
    assert len(waiting) >= QUEUED
    hashes = place.hashes("first")
    assert len(hashes) > 40
    began = time.monotonic()
    place.type(step("pg_dump"), "first")
    return Kept(site, hashes, waiting, time.monotonic() - began)


def copy_of(place: Place, kept: Kept, name: str, folder: Path) -> Site:
    """The backup in a new database, before anything is told to be quiet; its site runs as the application's user."""
    place.make(name)
    place.type(step("pg_restore"), name)
    place.type(step("grants.sql"), name)
    return Site(folder, place.url("clinic_app", name), STATIC_ROOT=kept.site.env["STATIC_ROOT"])


def log_in(browser: LiveClient, site: Site) -> str:
    """Today's page, as the manager of the demo sees it."""
    password = (site.folder / "demo-logins.txt").read_text().split()[0]
    browser.get("/admin/login/")
    token = next(value for name, value in browser.cookies.items() if "csrf" in name)
    form = {"username": "manager", "password": password, "csrfmiddlewaretoken": token}
    assert browser.post("/admin/login/", form).status_code == 302
    page = browser.get(TODAY)
    assert page.status_code == 200
    return page.content.decode()


def sent_by(site: Site) -> set[str]:
    """The ids of the mails it handed over."""
    return {file.stem.partition("-")[2] for file in site.folder.glob("**/*.eml")}


def test_f12_the_restored_copy_is_the_same_and_sends_no_old_mail(
    place: Place, kept: Kept, tmp_path: Path
) -> None:
    began = time.monotonic()
    copy = copy_of(place, kept, "restored", tmp_path)
    assert place.hashes("restored") == kept.hashes
    place.type(step("quiet.sql"), "restored")
    copy.manage("check", "--database", "default")
    copy.manage("warm_pages", "--drop")
    with copy.serve(wait_for="/readyz") as browser:  # web server and worker, which is alive
        assert "Today" in log_in(browser, kept.site)
        time.sleep(3)  # more than one turn of the worker
    seconds = kept.seconds + time.monotonic() - began
    told = place.sql(
        "restored", "SELECT count(*) FROM clinic_message WHERE last_problem = 'restored'"
    ).strip()
    print(
        f"\n| F12 PostgreSQL | {ROWS} rows of the trail, {len(kept.hashes)} hashes equal | {told} mails taken out | "
        f"old mail sent: {len(sent_by(copy) & kept.waiting)} | {seconds:.0f} s |"
    )
    assert int(told) == len(kept.waiting)
    assert not sent_by(copy) & kept.waiting
    assert not place.sql("restored", "SELECT uuid FROM clinic_message WHERE kind = 'link_again'")
    assert seconds < LONGEST


def test_f12_control_a_row_that_differs_is_found(place: Place, kept: Kept, tmp_path: Path) -> None:
    copy_of(place, kept, "changed", tmp_path)
    place.sql(
        "changed",
        "UPDATE bookings_patient SET name = name || '.' WHERE id = (SELECT min(id) FROM bookings_patient)",
    )
    found = place.hashes("changed")
    assert [table for table, each in kept.hashes.items() if found[table] != each] == ["bookings_patient"]


def test_f12_control_without_the_quiet_step_old_mail_goes_out(
    place: Place, kept: Kept, tmp_path: Path
) -> None:
    copy = copy_of(place, kept, "careless", tmp_path)
    copy.manage("send_messages")
    again = sent_by(copy) & kept.waiting
    print(
        f"\n| F12 control, not told to be quiet | {len(again)} of {len(kept.waiting)} old mails sent again |"
    )
    assert again == kept.waiting


# --- SQLite -----------------------------------------------------------------------------------------------------------
def file_hashes(file: Path) -> dict[str, str]:
    """A hash of all rows of each table, but for the worker's sign of life, which never rests."""
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as line:
        tables = [name for (name,) in line.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {each: sorted(map(repr, line.execute(f'SELECT * FROM "{each}"'))) for each in tables}  # noqa: S608
    return {
        name: hashlib.sha256("\n".join(each).encode()).hexdigest()
        for name, each in rows.items()
        if name != "clinic_heartbeat"
    }


def test_f12_a_sqlite_file_is_copied_while_the_site_runs(tmp_path: Path) -> None:
    var = tmp_path / "var"
    var.mkdir()
    site = Site(var, f"sqlite:///{var / 'clinic.sqlite3'}")
    site.manage("prepare")
    (tmp_path / "quiet.sql").write_text(blocks("sql"))
    backup, restore = re.findall(r"`(sqlite3 [^`]+)`", OPERATE.read_text(encoding="utf-8"))
    # Nothing is to change between the copy and the comparison: the worker has nothing to send and nothing to do.
    site.manage("send_messages")
    with site.serve(wait_for="/readyz", WORKER_CHORES=""):
        run(backup, tmp_path)
    assert file_hashes(tmp_path / "copy.sqlite3") == file_hashes(var / "clinic.sqlite3")
    site.manage("shell", "-c", WAITING)
    run(backup, tmp_path)
    run(restore, tmp_path)
    new = tmp_path / "new"
    new.mkdir()
    shutil.copy(tmp_path / "copy.sqlite3", new / "clinic.sqlite3")
    copy = Site(new, f"sqlite:///{new / 'clinic.sqlite3'}", STATIC_ROOT=site.env["STATIC_ROOT"])
    copy.manage("check", "--database", "default")
    with copy.serve(wait_for="/readyz") as browser:
        assert "Today" in log_in(browser, site)
        time.sleep(3)
    site.manage("send_messages")  # the control: the one that was not told to be quiet
    old = sent_by(site)
    print(
        f"\n| F12 SQLite | copied while it runs | old mail sent by the copy: {len(sent_by(copy) & old)} of {len(old)} |"
    )
    assert len(old) >= QUEUED
    assert not sent_by(copy) & old
