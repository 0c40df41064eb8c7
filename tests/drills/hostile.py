"""Hostile input for drill F10: what to send where, and what an answer may not be. It judges each answer alone."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests import naughty

FORM = "application/x-www-form-urlencoded"
NUMBERS = ("99999999999999999999", "-1", "0", "1e9", "NaN", "9223372036854775808", "2147483648")
EVERYTHING = (*naughty.EVERYTHING.values(), *NUMBERS)
# A header cannot hold a NUL or a line break: servers refuse those before Django is asked.
HEADERS = [
    "host",
    "referer",
    "origin",
    "cookie",
    "accept",
    "accept-language",
    "accept-encoding",
    "user-agent",
    "if-modified-since",
    "if-none-match",
    "range",
    "authorization",
    "content-type",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-requested-with",
    "x-http-method-override",
]
IN_HEADERS = tuple(
    text for text in EVERYTHING if len(text) < 9000 and not re.search(r"[\x00-\x1f\ud800-\udfff]", text)
)
QUERIES = (
    "clinic",
    "at",
    "from",
    "month",
    "change",
    "q",
    "next",
    "p",
    "o",
    "e",
    "all",
    "_popup",
    "_to_field",
    "x[]",
)


@dataclass
class Course:
    """What was sent, and which answers were wrong."""

    title: str
    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    unescaped: list[str] = field(default_factory=list)

    def judge(self, response: Any, what: str) -> Any:
        self.sent += 1
        self.statuses[response.status_code] += 1
        if response.status_code >= 500:
            self.broken.append(f"{response.status_code} {what[:160]}")
        page = response.content.decode(errors="replace") if not response.streaming else ""
        if any(live in page for live in naughty.LIVE) or any(
            "\n" in value for value in response.headers.values()
        ):
            self.unescaped.append(what[:160])
        return response

    def line(self) -> str:
        return (
            f"\n| {self.title} | {self.sent} requests | {dict(sorted(self.statuses.items()))} | {len(self.broken)} broken | "
            f"{len(self.unescaped)} unescaped |"
        )


def encoded(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass")


def post(client: Client, url: str, data: dict[str, Any]) -> Any:
    return client.post(url, urlencode(data, doseq=True, errors="surrogatepass"), content_type=FORM)


def fields(
    course: Course, client: Client, url: str, good: dict[str, Any], texts: Iterable[str] = EVERYTHING
) -> None:
    """Each text in each field of this form, alone, doubled, and in all of them at once."""
    for text in texts:
        for name in good:
            course.judge(post(client, url, {**good, name: text}), f"{url} {name}={text!r}")
        course.judge(post(client, url, dict.fromkeys(good, text)), f"{url} all={text!r}")
        course.judge(post(client, url, {text[:200]: text}), f"{url} as a name {text!r}")
    for name in good:
        course.judge(post(client, url, {**good, name: naughty.HUGE}), f"{url} {name}=1 MB")


def addresses(under: str = "") -> list[str]:
    """Every address of the site as a pattern, with `{}` where something may be put in."""
    found = []
    for route in _routes(get_resolver().url_patterns):
        path = (
            re.sub(r"<[^>]+>|\(\?P<\w+>[^)]*\)", "{}", route)
            .replace("^", "")
            .replace("$", "")
            .replace("\\Z", "")
        )
        if path.startswith(under):
            found.append(f"/{path}")
    return sorted(set(found))


def _routes(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for each in patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _routes(each.url_patterns, route)
        else:
            yield route


def paths(course: Course, client: Client, patterns: Iterable[str], texts: Iterable[str] = EVERYTHING) -> None:
    """Each text in each gap of each address, and after it."""
    for pattern in patterns:
        for text in texts:
            word = encoded(text[:3000])
            url = pattern.replace("{}", word) if "{}" in pattern else f"{pattern}{word}/"
            course.judge(client.get(url), url)


def queries(
    course: Course,
    client: Client,
    urls: Iterable[str],
    names: Iterable[str] = QUERIES,
    texts: Iterable[str] = EVERYTHING,
) -> None:
    for url in urls:
        for name in names:
            for text in texts:
                course.judge(
                    client.get(f"{url}?{encoded(name)}={encoded(text[:3000])}"), f"{url}?{name}={text!r}"
                )


def headers(course: Course, client: Client, urls: Iterable[str], texts: Iterable[str] = IN_HEADERS) -> None:
    for url in urls:
        for name in HEADERS:
            for text in (*texts, "a" * 60_000):
                as_bytes = text.encode().decode("latin-1")  # as a server hands it on
                course.judge(client.get(url, headers={name: as_bytes}), f"{url} {name}: {text!r}")


def mixed(course: Course, client: Client, targets: list[tuple[str, dict[str, Any]]], count: int) -> None:
    """A fixed draw: several hostile fields at once, with a hostile query and a hostile header."""
    draw = random.Random(10)
    for _ in range(count):
        url, good = draw.choice(targets)
        data = {
            **good,
            **{name: draw.choice(EVERYTHING) for name in draw.sample(list(good), min(3, len(good)))},
        }
        query = f"?{draw.choice(QUERIES)}={encoded(draw.choice(EVERYTHING)[:3000])}"
        header = {
            draw.choice(("referer", "accept", "x-forwarded-for")): draw.choice(IN_HEADERS)
            .encode()
            .decode("latin-1")
        }
        body = urlencode(data, doseq=True, errors="surrogatepass")
        course.judge(
            client.post(url + query, body, content_type=FORM, headers=header), f"{url}{query} {data!r}"
        )
