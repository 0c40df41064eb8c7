"""The settings of the tests with the static files as production has them: named by their content, compressed, ours alone."""

import os
import sys

from tests.settings import *  # noqa: F403

STORAGES = sys.modules[
    "clinic.settings"
].STORAGES  # imported by the line above, after it had said what to read
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
STATIC_ROOT = os.environ["SERVED_STATIC"]
