"""The page that shows staff each component in each state. It shows no real person, and nobody else may see it."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from clinic.colours import PAIRS, contrast, palette
from clinic.forms.sample import SampleForm
from clinic.management.commands.build_css import FOLDER
from clinic.styleguide import GROUPS, Sample

MISTAKES = {"phone": "12", "note": "A note", "health": []}
ANSWERS = {
    "name": "A. Example",
    "phone": "+442079460000",
    "clinic": "example",
    "veins": "wide",
    "health": ["sore"],
    "agree": True,
}


@require_safe
@cache_control(no_store=True, private=True)
def styleguide(request: HttpRequest) -> HttpResponse:
    """For whoever may use the admin. Anybody else is asked to sign in there."""
    if not admin.site.has_permission(request):
        return redirect_to_login(request.get_full_path(), reverse("admin:login"))
    context = {
        "groups": [
            (group, [(sample, _shown(sample, request)) for sample in group.samples]) for group in GROUPS
        ],
        "colours": _colours(),
        "fresh": SampleForm(prefix="fresh"),
        "filled": SampleForm(initial=ANSWERS, prefix="filled"),
        "wrong": SampleForm({f"wrong-{name}": value for name, value in MISTAKES.items()}, prefix="wrong"),
    }
    return render(request, "clinic/styleguide.html", context)


def _shown(sample: Sample, request: HttpRequest) -> str:
    """The component with its example; nothing for one that stands elsewhere on the page."""
    if sample.given is None:
        return ""
    return render_to_string(f"components/{sample.file}.html", sample.given, request)


def _colours() -> list[tuple[str, list[dict[str, object]]]]:
    """For each scheme, every pair with its two colours, its ratio, and whether that is enough."""
    css = (FOLDER / "tokens.css").read_text(encoding="utf-8")
    schemes = {"Light": palette(css, dark=False), "Dark": palette(css, dark=True)}
    return [
        (
            scheme,
            [
                {"pair": pair, "colour": found[pair.colour], "ground": found[pair.ground], "ratio": ratio}
                | {"enough": ratio >= pair.least}
                for pair in PAIRS
                for ratio in [contrast(found[pair.colour], found[pair.ground])]
            ],
        )
        for scheme, found in schemes.items()
    ]
