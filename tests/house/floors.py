"""Who may know whom: three rooms in one direction, five floors in each, no ring. The table is the law; it has no default."""

from __future__ import annotations

from pathlib import Path

from tests.house.tree import ROOMS, Verdict, functions, imports, module_in, modules, name_of, parse

WIRING = 4
# The floor of a module by its name inside a room; `room.name` where one room means something of its own by it.
FLOORS = {
    0: "bookings.availability bookings.calendar_file bookings.calendar_month bookings.journey bookings.life "
    "bookings.charts bookings.worked bookings.legs bookings.needs bookings.patterns "
    "bookings.wanted clinic.phones clinic.indexing clinic.colours "
    "bookings.working_time treatments.plates treatments.screening treatments.structured_data "
    "clinic.spreadsheet treatments.plain_text treatments.outline treatments.search clinic.differences clinic.wording",
    1: "models",
    2: "services links suspicion messages diary hits next_times fleeting filling desk funnel reports figures lead_time "
    "outbox trail lockout second_step lost_words probes limits page_cache page_stores "
    "warm_paths loading plain_values keepers versions "
    "signing reviewing provenance facts fees publishing leaflets promises consent remembered doctor today daybook "
    "content_checks content_files markup telling letters readiness pictures printed_settings mail_folder "
    "bank_holidays letter_samples bookings.demo",
    3: "forms views admin admin_site middleware templatetags context_processors permissions sitemaps checks "
    "backend staff_sessions desk_door informing callers routes warming site_index clinic.styleguide management clinic.demo",
    4: "urls apps settings wsgi",
}
_FLOOR_OF = {name: floor for floor, names in FLOORS.items() for name in names.split()}
_NOT_PURE = ("django", "psycopg2", "sqlite3", "environs", "time", "os", "socket", "random")
_NOT_FOR_VERBS = ("django.http", "django.shortcuts", "django.contrib.messages")
_TEMPLATES = "django.template"
WRITES_MESSAGES = ("bookings.messages", "clinic.messages")


def floor_of(module: str) -> int | None:
    """None for a module that the table does not know. A room's own `__init__` is empty and stands on the ground."""
    room, _, rest = module.partition(".")
    if not rest:
        return 0
    name = rest.split(".")[0]
    return _FLOOR_OF.get(f"{room}.{name}", _FLOOR_OF.get(name))


def rooms_point_one_way(root: Path) -> Verdict:
    """bookings -> treatments -> clinic."""
    verdict = Verdict()
    for path in modules(root):
        own = ROOMS.index(path.relative_to(root).parts[0])
        for found in imports(root, path):
            room = found.target.split(".")[0]
            if room not in ROOMS:
                continue
            verdict.looked_at += 1
            if ROOMS.index(room) > own:
                verdict.breaches.append(
                    f"{path.relative_to(root)}:{found.line} imports {found.target}, a room above it"
                )
    return verdict


def floors_point_down(root: Path) -> Verdict:
    """A module imports from its own floor or below, and nothing imports wiring. A module without a floor is a breach."""
    verdict = Verdict()
    paths = {name_of(root, path): path for path in modules(root)}
    for name, path in paths.items():
        floor = floor_of(name)
        verdict.looked_at += 1
        if floor is None:
            verdict.breaches.append(
                f"{path.relative_to(root)} stands on no floor: add it to tests/house/floors.py"
            )
            continue
        for found in imports(root, path):
            target = module_in(found.target, set(paths))
            theirs = floor_of(target) if target else None
            if theirs is None or (floor == WIRING and target.split(".")[0] == name.split(".")[0]):
                continue
            if theirs > floor or theirs == WIRING:
                where = f"{path.relative_to(root)}:{found.line} (floor {floor})"
                verdict.breaches.append(f"{where} imports {target} (floor {theirs})")
    return verdict


def no_ring(root: Path) -> Verdict:
    """No module reaches itself through what it imports. Names needed only by a type checker do not count."""
    paths = {name_of(root, path): path for path in modules(root)}
    graph: dict[str, set[str]] = {}
    for name, path in paths.items():
        targets = (
            module_in(found.target, set(paths)) for found in imports(root, path) if not found.for_types
        )
        graph[name] = {target for target in targets if target and target != name}
    rings = {frozenset(ring): ring for name in graph if (ring := _way_back(graph, name))}
    return Verdict(len(graph), [" -> ".join([*ring, ring[0]]) for ring in rings.values()])


def _way_back(graph: dict[str, set[str]], start: str) -> list[str]:
    """The shortest way from a module to itself; empty if there is none."""
    seen: set[str] = set()
    ways = [[start]]
    while ways:
        way = ways.pop(0)
        for after in sorted(graph.get(way[-1], ())):
            if after == start:
                return way
            if after not in seen:
                seen.add(after)
                ways.append([*way, after])
    return []


def floor_0_is_pure(root: Path) -> Verdict:
    """No Django, no database, no clock, no machine."""
    verdict = Verdict()
    for path in modules(root):
        if floor_of(name_of(root, path)) != 0 or path.name == "__init__.py":
            continue
        verdict.looked_at += 1
        for found in imports(root, path):
            if found.target.split(".")[0] in _NOT_PURE:
                verdict.breaches.append(
                    f"{path.relative_to(root)}:{found.line} is pure and imports {found.target}"
                )
    return verdict


def verbs_know_no_http(root: Path) -> Verdict:
    """Floor 2 makes no page, takes no request, and renders only where messages are written."""
    verdict = Verdict()
    for path in modules(root):
        name, where = name_of(root, path), path.relative_to(root)
        if floor_of(name) != 2:
            continue
        verdict.looked_at += 1
        banned = _NOT_FOR_VERBS if name.startswith(WRITES_MESSAGES) else (*_NOT_FOR_VERBS, _TEMPLATES)
        for found in imports(root, path):
            if f"{found.target}.".startswith(tuple(f"{name}." for name in banned)):
                verdict.breaches.append(f"{where}:{found.line} is a verb and imports {found.target}")
        for function in functions(parse(path)):
            given = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
            if any(argument.arg == "request" for argument in given):
                verdict.breaches.append(
                    f"{where}:{function.lineno} {function.name} is a verb and takes a request"
                )
    return verdict


def no_import_inside_a_function(root: Path) -> Verdict:
    """An import inside a function dodges a ring. `ready` of an apps module is where Django wants one."""
    verdict = Verdict()
    for path in modules(root):
        for found in imports(root, path):
            verdict.looked_at += 1
            if found.inside and not (path.name == "apps.py" and found.inside == "ready"):
                where = f"{path.relative_to(root)}:{found.line}"
                verdict.breaches.append(f"{where} imports {found.target} inside {found.inside}")
    return verdict
