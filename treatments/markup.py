"""Our Markdown: no raw HTML, no pictures, citations in double square brackets, tables that a phone can stack.

What it makes still has to be cleaned: only `publishing` calls it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.utils.html import escape
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_CITATION = re.compile(r"\[\[([^\[\]\n]*)\]\]")
# While the Markdown is read, a citation stands as its number between two signs that no text may hold.
# Left as brackets it would end the label of a link.
_SIGNS = "\ue000\ue001"
_PLACE = re.compile(f"{_SIGNS[0]}(\\d+){_SIGNS[1]}")


def to_html(text: str, cite: Callable[[str], str], caption: str) -> str:
    """Markdown as HTML. `cite` gives the HTML of one citation; `caption` names the tables, unseen."""
    citations: list[str] = []

    def keep(found: re.Match[str]) -> str:
        citations.append(found[1])
        return f"{_SIGNS[0]}{len(citations) - 1}{_SIGNS[1]}"

    plain = text.translate(dict.fromkeys(map(ord, _SIGNS)))
    html = _markdown().render(_CITATION.sub(keep, plain), {"caption": caption})
    return _PLACE.sub(lambda found: cite(citations[int(found[1])]), html)


def citations(text: str) -> list[str]:
    """What stands between double square brackets, in order."""
    return _CITATION.findall(text)


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("js-default", {"html": False, "linkify": False}).enable("table")
    # A heading belongs to the page's outline, and an indented line is a slip, not a listing.
    markdown.disable(["image", "code", "fence", "html_block", "html_inline", "lheading", "reference", "hr"])
    markdown.core.ruler.push("plain_tables", _plain_tables)
    markdown.add_render_rule("table_open", _print_table)
    return markdown


def _print_table(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    caption = f'<caption class="hidden">{escape(env["caption"])}</caption>' if env["caption"] else ""
    return f'<table class="stack">{caption}\n'


def _plain_tables(state: StateCore) -> None:
    """Column heads say so; the first cell of a row heads it; the others carry the name of their column."""
    columns: list[str] = []
    cell = 0
    for index, token in enumerate(state.tokens):
        token.attrs.pop("style", None)  # our content policy allows none
        if token.type == "thead_open":
            columns = []
        elif token.type == "tr_open":
            cell = 0
        elif token.type == "th_open":
            token.attrSet("scope", "col")
            columns.append(_PLACE.sub("", state.tokens[index + 1].content))
        elif token.type == "td_open":
            _name_cell(token, columns, cell)
        elif token.type == "td_close":
            token.tag = "td" if cell else "th"
            cell += 1


def _name_cell(token: Token, columns: list[str], cell: int) -> None:
    if cell == 0:
        token.tag = "th"
        token.attrSet("scope", "row")
    elif cell < len(columns):
        token.attrSet("data-column", columns[cell])
