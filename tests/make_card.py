"""Draws the picture that is shown where somebody shares a page of ours: `python -m tests.make_card`. No test needs it.

It takes the clinic's name from the settings, the colours and the drawing from the site, and needs Chromium. The headline
is set in the first font of `--serif` that this machine has, so look at the picture before you keep it.
"""

from __future__ import annotations

import io
import os
import shutil
from pathlib import Path

import django
from django.conf import settings
from django.template.loader import render_to_string
from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
CARD = ROOT / "static" / "img" / "card.png"
SIZE = {"width": 1200, "height": 630}
COLOURS = 128  # enough for a drawing in flat colours, and a quarter of the bytes
LOOK = """
* { box-sizing: border-box; margin: 0; }
body { position: relative; width: 1200px; height: 630px; background: var(--paper); color: var(--ink); }
main { position: absolute; left: 72px; top: 64px; width: 560px; }
.name { display: flex; align-items: center; font: 600 34px/1.2 var(--serif); }
.name svg { width: 76px; height: 55px; margin: 0 20px 0 -8px; stroke: var(--petrol); }
h1 { margin-top: 84px; font: 600 66px/1.12 var(--serif); letter-spacing: -.5px; }
.where { position: absolute; left: 72px; bottom: 60px; padding-top: 24px; border-top: 3px solid var(--petrol); }
.where { font: 28px/1.3 Roboto, var(--sans); color: var(--ink-soft); }
.drawing { position: absolute; left: 650px; top: 0; width: 550px; height: 630px; background: var(--plate); }
.drawing { border-left: 1px solid var(--rule); }
.drawing svg { display: block; width: 368px; margin: 12px 0 0 92px; }
.p-number, .p-tag, .drawing svg > path:last-of-type { display: none; }
"""


def page() -> str:
    styles = "".join(
        (ROOT / "static/css" / name).read_text() for name in ("tokens.css", "components/plates.css")
    )
    # On lighter and on darker skin, as every picture of a body here; neither is the normal one.
    drawing = "".join(
        render_to_string("components/plates/block.html", {"dark": dark}) for dark in (False, True)
    )
    mark = render_to_string("components/mark.html")
    return f"""<!doctype html><style>{styles}{LOOK}</style>
    <main><p class="name">{mark}{settings.CLINIC_NAME}</p><h1>Treatment for thread veins and varicose veins</h1></main>
    <p class="where">Amersham, Maidenhead, London, Dublin</p><div class="drawing">{drawing}</div>"""


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    with sync_playwright() as playwright:
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        sheet = browser.new_page(viewport=SIZE, color_scheme="light")
        sheet.set_content(page())
        shot = Image.open(io.BytesIO(sheet.screenshot()))
        browser.close()
    shot.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(CARD, optimize=True)
    print(f"{CARD.relative_to(ROOT)}: {CARD.stat().st_size} bytes")


if __name__ == "__main__":
    main()
