"""Reads words from the command line: `python -m tests.words` the whole site, with addresses or content files only those.

It makes a database of its own in a temporary folder and leaves nothing behind. Exit status 1 says that a rule is broken.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import tomllib
from pathlib import Path

import django
import pytest  # noqa: F401 - by this the settings know that tests are running


def address_of(name: str) -> str:
    """The address of a content file; an address stays as it is."""
    if not name.endswith(".md"):
        return name
    return str(tomllib.loads(Path(name).read_text(encoding="utf-8").split("+++\n", 2)[1])["path"])


def main(names: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="words-") as folder:
        os.environ |= {"TEST_RUN_DIR": folder, "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "tests.settings"}
        django.setup()
        logging.disable(logging.WARNING)  # a line a request would hide the table
        from tests.words.run import lint  # its models cannot be read before the line above

        return lint([address_of(name) for given in names for name in given.split(",")])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
