"""What must stand together: names with views, templates and tests; messages with their three; settings with a word each."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import ROOMS, Verdict, dotted, files, modules, parse

# Names without a template of their own, and why.
WITHOUT_TEMPLATE = {
    "bookings:another": "a button of the page after sending",
    "bookings:calendar": "a file",
    "clinic:healthz": "for machines",
    "clinic:photo": "a file",
    "clinic:readyz": "for machines",
    "clinic:security": "a file",
    "clinic:speculation": "rules for browsers",
    "bookings:reminders_on": "a button of the manage page",
    "bookings:link": "a redirect that takes the token out of the address",
    "treatments:robots": "a file",
    "treatments:sitemap": "a file",
}
# Names whose template is called otherwise: the pages that are all laid out alike, from files under treatments/content/.
TEMPLATE_OF = {
    "treatments:about": "treatments/page.html",
    "treatments:accessibility": "treatments/page.html",
    "treatments:cookies": "treatments/page.html",
    "treatments:fees": "treatments/page.html",
    "treatments:medicine": "treatments/page.html",
    "treatments:privacy": "treatments/page.html",
    "treatments:terms": "treatments/page.html",
    "bookings:help": "bookings/help_now.html",
}
# The only steps from a template up into another room: (template, what it takes). The page still renders without them.
UPWARD_STEPS = {
    ("admin/index.html", "desk"),
    ("admin/index.html", "reviews"),
    ("clinic/clinics.html", "fees"),
    ("clinic/clinics.html", "plates"),
    ("clinic/clinicians.html", "structured"),
    ("clinic/clinics.html", "structured"),
    ("clinic/complaints.html", "structured"),
    ("clinic/location.html", "fees"),
    ("clinic/location.html", "structured"),
    ("clinic/location_times.html", "next_times"),
    ("clinic/styleguide/plates.html", "plates"),
    ("components/plate_fading.html", "facts"),
    ("treatments/home_times.html", "next_times"),
}
_MESSAGE = ("subject.txt", "body.txt", "body.html")
_TELLS = {"_tell", "_write", "_render", "write", "render"}
_LOAD = re.compile(r"{%\s*load\s+([^%]+?)\s*%}")
_TAKE = re.compile(r"""{%\s*(?:include|extends)\s+["']([^"']+)["']""")
_REGISTRY = re.compile(
    "python" r"hosted\.org|py" r"pi\.org|registry\.npm" r"js|--(?:extra-)?index-url[ =]|--find-links[ =]"
)
_MACHINE = re.compile(r"(?<![\w.:/-])/(?:opt|root|home|work|Users)/\w")
_TEXTS = (".py", ".txt", ".toml", ".md", ".html", ".css", ".svg", ".conf", ".service", ".example", ".yml", "")
_TEXTS += (".json", ".mjs")  # what the audit fetches, and what starts it


def url_names(root: Path) -> Iterator[tuple[str, str, str]]:
    """(`room:name`, route, view) of every `path(...)` that has a name."""
    for path in modules(root):
        if path.name != "urls.py" and path.parent.name != "urls":
            continue
        room = path.relative_to(root).parts[0]
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("path", "re_path"):
                name = next((word.value for word in node.keywords if word.arg == "name"), None)
                if (
                    isinstance(name, ast.Constant)
                    and isinstance(name.value, str)
                    and isinstance(node.args[0], ast.Constant)
                ):
                    yield f"{room}:{name.value}", str(node.args[0].value), ast.unparse(node.args[1])


def every_url_name_is_whole(root: Path) -> Verdict:
    """One word per verb: the view carries the name, a template is called after it, a test asks for it."""
    verdict = Verdict()
    tests = "\n".join(path.read_text(encoding="utf-8") for path in files(root / "tests", ".py"))
    for name, route, view in url_names(root):
        verdict.looked_at += 1
        room, word = name.split(":")
        if word not in view:
            verdict.breaches.append(f"{name} is answered by {view}, which has another name")
        template = root / "templates" / TEMPLATE_OF.get(name, f"{room}/{word}.html")
        if name not in WITHOUT_TEMPLATE and not template.exists():
            verdict.breaches.append(f"{name} has no template {template.relative_to(root)}")
        if not _asked_for(name, route, tests):
            verdict.breaches.append(f"{name} is in no test")
    return verdict


def _asked_for(name: str, route: str, tests: str) -> bool:
    """By name, or by its whole address with anything where the route has a part that varies."""
    prefix = {"bookings": "/book/"}.get(name.split(":")[0], "/")
    address = re.sub(r"<[^>]+>", "\0", prefix + route)
    pattern = r"[^/\s\"']+".join(re.escape(part) for part in address.split("\0"))
    return f'"{name}"' in tests or bool(re.search(rf"""["']{pattern}["'?]""", tests))


def every_message_has_three_templates(root: Path) -> Verdict:
    """Subject, text and HTML for each kind that the code names; no folder for a kind that nobody sends."""
    verdict = Verdict()
    for room in ROOMS:
        folder = root / "templates" / room / "messages"
        code = [*(root / room).glob("messages.py"), *(root / room).glob("messages/*.py")]
        kinds = set().union(*map(_kinds, code))
        kept = {path.name for path in folder.iterdir() if path.is_dir()} if folder.exists() else set()
        verdict.looked_at += len(kinds)
        for kind in sorted(kinds):
            lacking = [name for name in _MESSAGE if not (folder / kind / name).exists()]
            verdict.breaches += [f"the message {kind} of {room} has no {name}" for name in lacking]
        verdict.breaches += [
            f"nobody sends templates/{room}/messages/{kind}" for kind in sorted(kept - kinds)
        ]
    return verdict


def _kinds(code: Path) -> set[str]:
    """The first word given to each of the functions that make a message."""
    found = set()
    for node in ast.walk(parse(code)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in _TELLS:
            words = [
                arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
            ]
            found |= set(words[:1])
    return found


def templates_step_up_only_where_listed(root: Path) -> Verdict:
    """A template takes tags and templates from its own room or below. The few steps upward are listed above by name."""
    verdict = Verdict()
    libraries = {
        path.stem: path.relative_to(root).parts[0]
        for path in modules(root)
        if path.parent.name == "templatetags"
    }
    for path in files(root / "templates", ".html", ".txt"):
        where = path.relative_to(root / "templates")
        text = path.read_text(encoding="utf-8")
        loads = [word for words in _LOAD.findall(text) for word in words.split(" from ")[-1].split()]
        steps = [(word, libraries[word]) for word in loads if word in libraries]
        steps += [(taken, _room(Path(taken))) for taken in _TAKE.findall(text)]
        for what, room in steps:
            verdict.looked_at += 1
            upward = ROOMS.index(room) > ROOMS.index(_room(where))
            if upward and (str(where), what) not in UPWARD_STEPS:
                verdict.breaches.append(f"templates/{where} takes {what} from {room}, a room above it")
    return verdict


def _room(template: Path) -> str:
    """Components, frames and error pages belong to the clinic; an admin page to the room of its model."""
    parts = template.parts[1:] if template.parts[0] == "admin" else template.parts
    return parts[0] if parts and parts[0] in ROOMS else "clinic"


def nothing_names_a_machine(root: Path) -> Verdict:
    """No registry's host and no folder of somebody's machine in anything that is kept."""
    verdict = Verdict()
    for path in files(root):
        own = path.name.startswith(".env") and path.name != ".env.example"
        if own or path.suffix not in _TEXTS:
            continue
        verdict.looked_at += 1
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for found in (*_REGISTRY.findall(line), *_MACHINE.findall(line)):
                verdict.breaches.append(f"{path.relative_to(root)}:{number} names {found}")
    return verdict


def every_setting_is_explained(root: Path) -> Verdict:
    """Each variable that the settings read stands in .env.example, with the same default and a line above it."""
    verdict = Verdict()
    kept = (root / ".env.example").read_text(encoding="utf-8").splitlines()
    example = {
        found[1]: (found[2], number)
        for number, line in enumerate(kept)
        if (found := re.match(r"(?:# )?([A-Z][A-Z_]+)=(.*)$", line))
    }
    for name, default in _variables(root / "clinic" / "settings.py"):
        verdict.looked_at += 1
        if name not in example:
            verdict.breaches.append(f"{name} is read by the settings and not in .env.example")
        elif default is not None and example[name][0] != default:
            verdict.breaches.append(
                f"{name} is {default!r} in the settings and {example[name][0]!r} in .env.example"
            )
    return verdict


def _variables(settings: Path) -> Iterator[tuple[str, str | None]]:
    """Name and default, as it would stand in a file; None where the default is worked out."""
    for node in ast.walk(parse(settings)):
        if not isinstance(node, ast.Call) or not re.fullmatch(r"env\.(?!read_env)\w+", dotted(node.func)):
            continue
        if not node.args or not isinstance(node.args[0], ast.Constant):
            continue
        default = node.args[1] if len(node.args) > 1 else None
        yield str(node.args[0].value), _as_text(default)


def _as_text(default: ast.AST | None) -> str | None:
    if default is None:
        return None
    try:
        value = ast.literal_eval(default)
    except ValueError:
        return None
    if isinstance(value, list):
        return ",".join(value)
    return str(int(value)) if isinstance(value, bool) else str(value)
