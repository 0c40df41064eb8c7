"""Finds what forms and pages say now and then: labels, hints and every sentence for a mistake. It sends no form."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from django import forms

from bookings.services import errors
from tests.words.blocks import Block, PageText
from treatments import screening

ROOMS = ("bookings.forms", "bookings.views", "clinic.forms", "clinic.views", "treatments.views")
FOR_STAFF = {"clinic.forms.sign_in"}
CALLS = {"ValidationError", "warning", "info", "success", "error", "add_error"}
# What a verb may answer somebody who books for herself; the others are for staff.
FOR_PATIENTS = (errors.TimeTaken, errors.NotOffered, errors.DiaryBusy, errors.AlreadySent)


def said() -> PageText:
    """One page of all these sentences."""
    page = PageText("(what forms say)")
    for module in modules():
        page.blocks += [Block("item", text) for text in (*of_forms(module), *of_calls(module))]
    page.blocks += [Block("item", error.sentence) for error in FOR_PATIENTS]
    page.blocks += [Block("item", text) for text in _of_screening()]
    page.blocks = list(dict.fromkeys(page.blocks))
    return page


def modules() -> Iterator[ModuleType]:
    for name in ROOMS:
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError:
            continue
        yield module
        for inner in pkgutil.iter_modules(getattr(module, "__path__", ())):
            if f"{name}.{inner.name}" not in FOR_STAFF:
                yield importlib.import_module(f"{name}.{inner.name}")


def of_forms(module: ModuleType) -> Iterator[str]:
    """Labels, hints, choices and messages of every form that the module makes."""
    for _, form in inspect.getmembers(module, inspect.isclass):
        if not issubclass(form, forms.BaseForm) or form.__module__ != module.__name__:
            continue
        for field in form.base_fields.values():
            choices = [label for _, label in getattr(field, "choices", ())]
            own = {str(text) for text in field.error_messages.values()} - _django_says(type(field))
            yield from filter(None, map(str, (field.label, field.help_text, *choices, *sorted(own))))


def _django_says(kind: type[forms.Field]) -> set[str]:
    """Django's own messages, which a field of ours is never asked for or replaces."""
    found: set[str] = set()
    for above in kind.__mro__:
        if above.__module__.startswith("django."):
            found |= {str(text) for text in getattr(above, "default_error_messages", {}).values()}
    return found


def of_calls(module: ModuleType) -> Iterator[str]:
    """Sentences given to `messages.info(...)`, `ValidationError(...)` and their like; what is filled in is a word."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and _called(node.func) in CALLS:
            yield from filter(None, (_text(argument, module) for argument in node.args))


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        logs = isinstance(function.value, ast.Name) and function.value.id in ("log", "logging")
        return "" if logs else function.attr
    return getattr(function, "id", "")


def _text(argument: ast.expr, module: ModuleType) -> str:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        text = argument.value
    elif isinstance(argument, ast.JoinedStr):
        text = "".join(part.value if isinstance(part, ast.Constant) else "so" for part in argument.values)
    elif isinstance(argument, ast.Name):
        text = getattr(module, argument.id, "")
    else:
        text = ""
    return text if isinstance(text, str) and " " in text else ""


def _of_screening() -> list[str]:
    kept = (name for name in vars(screening) if name.isupper())
    found = [getattr(screening, name) for name in kept if isinstance(getattr(screening, name), str)]
    return [text for text in (*found, *screening.LEVEL_LINES.values()) if " " in text]
