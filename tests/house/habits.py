"""How a file looks and what it may do: sizes, clocks, first lines, receivers. Never who may know whom."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.house.floors import floor_of
from tests.house.tree import (
    Verdict,
    dotted,
    files,
    functions,
    imports,
    lines_of,
    modules,
    name_of,
    parse,
    written,
)

MODULE, CLASS, FUNCTION, TEMPLATE = 500, 150, 60, 150  # lines, at most
_NEVER_CALLED = {"today", "utcnow", "utcfromtimestamp", "dst"}
EDGE = 3


def modules_are_short(root: Path) -> Verdict:
    verdict = Verdict()
    for path in written(root):
        verdict.looked_at += 1
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > MODULE:
            verdict.breaches.append(f"{path.relative_to(root)} has {lines} lines, {MODULE} are the most")
    return verdict


def functions_are_short(root: Path) -> Verdict:
    verdict = Verdict()
    for path in written(root):
        for function in functions(parse(path)):
            verdict.looked_at += 1
            if lines_of(function) > FUNCTION:
                where = f"{path.relative_to(root)}:{function.lineno} {function.name}"
                verdict.breaches.append(f"{where} has {lines_of(function)} lines, {FUNCTION} are the most")
    return verdict


def classes_are_short(root: Path) -> Verdict:
    verdict = Verdict()
    for path in modules(root):
        for node in ast.walk(parse(path)):
            if not isinstance(node, ast.ClassDef):
                continue
            verdict.looked_at += 1
            if lines_of(node) > CLASS:
                where = f"{path.relative_to(root)}:{node.lineno} {node.name}"
                verdict.breaches.append(f"{where} has {lines_of(node)} lines, {CLASS} are the most")
    return verdict


def templates_are_short(root: Path) -> Verdict:
    verdict = Verdict()
    for path in files(root / "templates", ".html", ".txt"):
        verdict.looked_at += 1
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > TEMPLATE:
            verdict.breaches.append(f"{path.relative_to(root)} has {lines} lines, {TEMPLATE} are the most")
    return verdict


def nobody_reads_a_clock(root: Path) -> Verdict:
    """The instant comes in as an argument. Only an edge may ask `timezone.now()`, once; nothing asks for a local date."""
    verdict = Verdict()
    for path in modules(root):
        floor = floor_of(name_of(root, path))
        for node in ast.walk(parse(path)):
            if not isinstance(node, ast.Call):
                continue
            verdict.looked_at += 1
            owner, _, called = dotted(node.func).rpartition(".")
            edge = owner.endswith("timezone") and floor is not None and floor >= EDGE
            if (called in _NEVER_CALLED and owner) or (called == "now" and owner and not edge):
                verdict.breaches.append(
                    f"{path.relative_to(root)}:{node.lineno} reads a clock: {owner}.{called}()"
                )
    return verdict


def every_module_says_what_it_is_for(root: Path) -> Verdict:
    verdict = Verdict()
    for path in written(root):
        if not path.read_text(encoding="utf-8").strip():
            continue
        verdict.looked_at += 1
        if not ast.get_docstring(parse(path)):
            verdict.breaches.append(f"{path.relative_to(root)} does not say on its first line what it is for")
    return verdict


def nobody_listens_in(root: Path) -> Verdict:
    """We write no signal receivers, and no `save` that does more than save."""
    verdict = Verdict()
    for path in modules(root):
        verdict.looked_at += 1
        where = path.relative_to(root)
        for found in imports(root, path):
            if found.target.startswith(
                ("django.dispatch", "django.db.models.signals", "django.core.signals")
            ):
                verdict.breaches.append(f"{where}:{found.line} imports {found.target}")
        if floor_of(name_of(root, path)) == 1:
            for function in functions(parse(path)):
                if function.name == "save":
                    verdict.breaches.append(f"{where}:{function.lineno} overrides save")
    return verdict
