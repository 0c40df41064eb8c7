"""What the rules look at: the project's files, read once, and the imports in them. Holds no rule itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOMS = ("clinic", "treatments", "bookings")  # each may know those before it
_MADE = {".git", ".venv", "var", "staticfiles", "screens", "node_modules", "test-results", ".hypothesis"}
_MADE |= {"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}


@dataclass
class Verdict:
    """What a rule found: how many things it looked at, and a line for each breach."""

    looked_at: int = 0
    breaches: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Import:
    line: int
    target: str  # dotted, absolute: a module, or a module and a name in it
    for_types: bool  # under TYPE_CHECKING: never carried out
    inside: str  # the function it stands in, or empty


def files(root: Path, *suffixes: str) -> Iterator[Path]:
    """Every file a person wrote below `root`."""
    for path in sorted(root.rglob("*")):
        made = _MADE & set(path.relative_to(root).parts)
        if path.is_file() and not made and (not suffixes or path.suffix in suffixes):
            yield path


def modules(root: Path, *, rooms: tuple[str, ...] = ROOMS) -> Iterator[Path]:
    """Python modules of the rooms, without migrations: those are made by a command and stay as they were."""
    for path in files(root, ".py"):
        parts = path.relative_to(root).parts
        if parts[0] in rooms and "migrations" not in parts:
            yield path


def written(root: Path) -> Iterator[Path]:
    """All Python of ours: rooms, tests, the few files beside them."""
    return (path for path in files(root, ".py") if "migrations" not in path.relative_to(root).parts)


def name_of(root: Path, path: Path) -> str:
    """`bookings/models/__init__.py` is `bookings.models`."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def _parsed(path: Path, changed: int) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def parse(path: Path) -> ast.Module:
    return _parsed(path, path.stat().st_mtime_ns)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def imports(root: Path, path: Path) -> list[Import]:
    """Every import of a module, wherever it stands."""
    package = (
        name_of(root, path) if path.name == "__init__.py" else name_of(root, path.parent / "__init__.py")
    )
    return list(_imports(parse(path), package, False, ""))


def _imports(node: ast.AST, package: str, for_types: bool, inside: str) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(node.lineno, alias.name, for_types, inside)
    elif isinstance(node, ast.ImportFrom):
        source = _absolute(node, package)
        for alias in node.names:
            yield Import(node.lineno, f"{source}.{alias.name}", for_types, inside)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        inside = node.name
    for child in ast.iter_child_nodes(node):
        guarded = (
            isinstance(node, ast.If) and child in node.body and "TYPE_CHECKING" in ast.unparse(node.test)
        )
        yield from _imports(child, package, for_types or guarded, inside)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    above = package.split(".")[: len(package.split(".")) - node.level + 1]
    return ".".join([*above, *(node.module or "").split(".")]).rstrip(".")


def module_in(target: str, known: set[str]) -> str:
    """The project module that `target` names or lies in; empty for anything from outside."""
    parts = target.split(".")
    for length in range(len(parts), 0, -1):
        if ".".join(parts[:length]) in known:
            return ".".join(parts[:length])
    return ""


def dotted(node: ast.AST) -> str:
    """`dt.datetime.now` for such an expression; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else f"?.{node.attr}"
    return ""
