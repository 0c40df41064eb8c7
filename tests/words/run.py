"""One run of the lint outside pytest: fills a fresh database, reads, prints the table. Never touches another database."""

from __future__ import annotations

import time_machine
from django.core.management import call_command
from django.test.utils import setup_test_environment

from tests import cast
from tests.site_content import load_site_content
from tests.words.reading import known, one_page, whole_site
from tests.words.table import report


def lint(addresses: list[str]) -> int:
    """The whole site, or only these addresses. Returns 1 where a rule is broken."""
    setup_test_environment()
    call_command("migrate", verbosity=0)
    load_site_content()
    with time_machine.travel(cast.NOW, tick=False):
        some = [page for address in addresses for page in one_page(address)]
        pages = some or whole_site()
        text, count = report(pages, known())
    print(text)
    return int(count > 0)
