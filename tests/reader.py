"""A browser without scripts for tests: reads the page, presses what a person presses, and counts pages and taps.

A tap is a press on a link, a button, a radio or a tick box; typing into a field is none.
"""

from __future__ import annotations

from urllib.parse import urlencode, urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
from django.test import Client


def words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


class Reader:
    """One person at one browser. Every name is what the page shows."""

    def __init__(self, client: Client | None = None) -> None:
        self.client = client or Client(enforce_csrf_checks=True)
        self.pages = self.taps = 0
        self.url, self.status = "/", 0
        self.typed: dict[int, dict[str, list[str]]] = {}
        self.page: Element = Element("html")

    # --- Moving ---------------------------------------------------------------------------------------------
    def open(self, url: str) -> Reader:
        url = urljoin(self.url, url)
        self._show(url, self.client.get(url))
        return self

    def click(self, text: str) -> Reader:
        self.taps += 1
        return self.open(self._by_text("a", text).attrib["href"])

    def press(self, text: str) -> Reader:
        """Press a button and send its form, as a browser does: its own name and value go along."""
        self.taps += 1
        button = self._by_text("button", text, inputs=True)
        form = self._form_of(button)
        data = self._data(form)
        if button.get("name"):
            data.setdefault(button.attrib["name"], []).append(button.get("value", ""))
        url = urljoin(self.url, form.get("action") or self.url)
        if form.get("method", "get") == "get":
            return self.open(f"{url.split('?')[0]}?{urlencode(data, doseq=True)}")
        self._show(url, self.client.post(url, data, headers={"referer": f"http://testserver{self.url}"}))
        return self

    # --- Filling in -----------------------------------------------------------------------------------------
    def choose(self, label: str) -> Reader:
        """A radio button or a tick box."""
        self.taps += 1
        box = self._by_label(label)
        kept = self._kept(self._form_of(box)).setdefault(box.attrib["name"], self._now(box))
        if box.get("type") == "radio":
            kept.clear()
        kept.append(box.get("value", "on"))
        return self

    def fill(self, label: str, text: str) -> Reader:
        box = self._by_label(label)
        self._kept(self._form_of(box))[box.attrib["name"]] = [text]
        return self

    # --- Looking --------------------------------------------------------------------------------------------
    @property
    def h1(self) -> str:
        return words(next(self.page.iter("h1")))

    @property
    def title(self) -> str:
        return words(next(self.page.iter("title")))

    @property
    def text(self) -> str:
        return words(next(self.page.iter("main")))

    def values(self) -> dict[str, list[str]]:
        """What the page's forms would send now."""
        found: dict[str, list[str]] = {}
        for form in self.page.iter("form"):
            found |= self._data(form)
        return found

    def buttons(self) -> list[str]:
        return [words(button) for button in self.page.iter("button")]

    # --- Inside ---------------------------------------------------------------------------------------------
    def _show(self, url: str, response) -> None:  # type: ignore[no-untyped-def]
        while response.status_code in (301, 302, 303):
            url = urljoin(url, response["Location"])
            response = self.client.get(url)
        parts = urlsplit(url)
        self.url = parts.path + (f"?{parts.query}" if parts.query else "")
        self.status, self.response, self.typed = response.status_code, response, {}
        self.pages += 1
        self.page = html5lib.parse(response.content.decode(), namespaceHTMLElements=False)
        self._parents = {child: parent for parent in self.page.iter() for child in parent}

    def _by_text(self, tag: str, text: str, inputs: bool = False) -> Element:
        found = [each for each in self.page.iter(tag) if text in words(each)]
        if inputs and not found:
            kinds = [each for each in self.page.iter("input") if each.get("type") == "submit"]
            found = [each for each in kinds if text in each.get("value", "")]
        if not found:
            raise AssertionError(f"No {tag} says {text!r} on {self.url}: {self.text[:600]}")
        main = set(next(self.page.iter("main")).iter())
        # A person looks at the page before its frame, and at a name before a sentence that holds it.
        return min(found, key=lambda each: (each not in main, not words(each).startswith(text)))

    def _by_label(self, label: str) -> Element:
        for each in self.page.iter("label"):
            if label in words(each):
                ident = each.get("for")
                return next(box for box in self.page.iter() if box.get("id") == ident)
        raise AssertionError(f"No label says {label!r} on {self.url}: {self.text[:600]}")

    def _form_of(self, element: Element) -> Element:
        while element.tag != "form":
            element = self._parents[element]
        return element

    def _kept(self, form: Element) -> dict[str, list[str]]:
        return self.typed.setdefault(id(form), {})

    def _now(self, box: Element) -> list[str]:
        return list(self._data(self._form_of(box)).get(box.attrib["name"], []))

    def _data(self, form: Element) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for box in form.iter():
            name, kind = box.get("name"), box.get("type", "text")
            if not name or kind in ("submit", "button"):
                continue
            if box.tag == "textarea":
                found.setdefault(name, []).append("".join(box.itertext()).lstrip("\n"))
            elif box.tag == "input" and (kind not in ("radio", "checkbox") or "checked" in box.attrib):
                found.setdefault(name, []).append(box.get("value", "on" if kind == "checkbox" else ""))
        return found | self._kept(form)
