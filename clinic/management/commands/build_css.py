"""Joins the stylesheet sources into static/css/site.css. It never rewrites a rule, it only drops comments and air."""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

FOLDER = Path(settings.BASE_DIR) / "static" / "css"
FIRST = ("tokens.css", "base.css")
LAST = "print.css"  # paper and forced colours must win over every component
_STRING_OR_COMMENT = re.compile(r'("[^"]*")|/\*.*?\*/', re.DOTALL)
_KEPT = re.compile("\ue000(\\d+)\ue000")  # stands for a string while the air around it is let out


def sources(folder: Path = FOLDER) -> list[Path]:
    """The source files in the order they are joined."""
    parts = sorted((folder / "components").glob("*.css"), key=lambda part: (part.name == LAST, part.name))
    return [folder / name for name in FIRST] + parts


def joined(folder: Path = FOLDER) -> str:
    """The whole stylesheet as one text, without comments and spare white space. What stands between quotes stays."""
    strings: list[str] = []

    def keep(found: re.Match[str]) -> str:
        strings.append(found[1] or "")
        return f"\ue000{len(strings) - 1}\ue000" if found[1] else ""

    text = "\n".join(part.read_text(encoding="utf-8") for part in sources(folder))
    text = re.sub(r"\s+", " ", _STRING_OR_COMMENT.sub(keep, text))
    text = re.sub(r" ?([{};,]) ?", r"\1", text)
    text = re.sub(r": (?=[^{}]*[;}])", ":", text).replace(";}", "}").replace("}", "}\n").strip() + "\n"
    return _KEPT.sub(lambda found: strings[int(found[1])], text)


class Command(BaseCommand):
    help = "Joins static/css/tokens.css, base.css and components/*.css into static/css/site.css."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the joined file; run it before collectstatic."""
        if not (FOLDER / "components").is_dir():
            raise CommandError(f"No stylesheet sources under {FOLDER}.")
        (FOLDER / "site.css").write_text(joined(), encoding="utf-8")
        self.stdout.write(f"site.css: joined {len(sources())} files")
