"""What search engines are told: true to schema.org's vocabulary, true to our rows, silent on what nobody knows."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.test import Client

from clinic.models import Location, OpeningHours
from tests.page_rules import MEDICINE
from tests.schema_org import KEPT, Vocabulary
from treatments import structured_data
from treatments.models import Fee, Page
from treatments.structured_data import Node, Site, Step

SITE = Site("https://example.org", "The Clinics")
_ELEMENT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
TREATMENTS = ["/treatments/sclerotherapy/", "/treatments/microsclerotherapy/"]


def told(path: str) -> Node:
    """The one document of a page."""
    found = _ELEMENT.findall(Client().get(path).content.decode())
    assert len(found) == 1, path
    document: Node = json.loads(found[0])
    return document


def thing(path: str, kind: str) -> Node:
    return next(node for node in told(path)["@graph"] if node["@type"] == kind)


# The vocabulary


@pytest.mark.django_db
@pytest.mark.both
def test_every_page_keeps_to_the_vocabulary(content: None) -> None:
    place = Location.objects.get(slug="dublin")
    OpeningHours.objects.create(location=place, weekday=0, opens=dt.time(9), closes=dt.time(17, 30))
    Page.objects.filter(path="/treatments/risks/").update(
        reviewed_by="Dr A. Example", reviewed_on="2027-01-05"
    )
    paths = ["/", "/treatments/", "/clinics/"]
    paths += [page.path for page in Page.objects.published()]
    paths += [each.get_absolute_url() for each in Location.objects.all()]
    vocabulary = Vocabulary.kept()
    assert vocabulary.breaches(told(path) for path in paths) == []
    assert len(paths) >= 19
    assert vocabulary.looked_at >= 300


def breaches(node: Node) -> str:
    return "; ".join(Vocabulary.kept().breaches([structured_data.document(node)]))


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ({"@type": "MedicalTherapy", "drug": {"@type": "Drug", "name": "x"}}, "uses drug, which we never do"),
        ({"@type": "MedicalClinic", "geo": "51,0"}, "uses geo, which we never do"),
        ({"@type": "MedicalWebPage", "aspect": "Overview"}, "aspect is superseded by mainContentOfPage"),
        ({"@type": "WebPage", "contraindication": "x"}, "contraindication does not belong on WebPage"),
        ({"@type": "MedicalTherapy", "price": "395.00"}, "price does not belong on MedicalTherapy"),
        ({"@type": "MedicalTherapy", "seriousAdverseOutcome": "A clot"}, "does not take 'A clot'"),
        ({"@type": "MedicalClinic", "medicalSpecialty": "https://schema.org/Vascular"}, "does not take"),
        ({"@type": "MedicalTherapy", "procedureType": "https://schema.org/Monday"}, "does not take"),
        ({"@type": "MedicalWebPage", "lastReviewed": "5 January 2027"}, "does not take"),
        ({"@type": "MedicalWebPage", "reviewedBy": "Dr A."}, "does not take 'Dr A.'"),
        ({"@type": "WebPage", "about": {"@id": "https://example.org/#nowhere"}}, "does not take"),
        ({"@type": "Offer", "price": True}, "does not take True"),
        ({"@type": "Offer", "seller": {"@type": "Clinic"}}, "there is no type Clinic"),
        ({"@type": "Offer", "cost": "395"}, "there is no property cost"),
    ],
)
def test_a_planted_breach_of_the_vocabulary_is_found(node: Node, expected: str) -> None:
    assert expected in breaches(node)


def test_another_context_is_a_breach() -> None:
    assert Vocabulary.kept().breaches([{"@context": "https://example.org", "@graph": []}])


def test_the_extract_names_its_release_and_licence() -> None:
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    assert "29" in kept["about"]["release"]
    assert "Creative Commons" in kept["about"]["licence"]
    assert len(kept["properties"]) >= 45


# What each page tells


@pytest.mark.django_db
@pytest.mark.both
def test_a_clinic_tells_its_address_phone_and_treatments_and_no_place_on_a_map(content: None) -> None:
    clinic = thing("/clinics/amersham/", "MedicalClinic")
    assert clinic["address"] == {
        "@type": "PostalAddress",
        "streetAddress": "24-28 The Broadway",
        "addressLocality": "Amersham",
        "addressRegion": "Buckinghamshire",
        "postalCode": "HP7 0HP",
        "addressCountry": "GB",
    }
    assert clinic["telephone"] == "+448007836106"
    assert clinic["areaServed"]["name"] == "United Kingdom"
    assert [each["name"] for each in clinic["availableService"]] == ["Microsclerotherapy", "Sclerotherapy"]
    assert not {"geo", "hasMap", "openingHoursSpecification"} & clinic.keys()


@pytest.mark.django_db
@pytest.mark.both
def test_hours_are_told_only_once_they_are_published(content: None) -> None:
    assert "openingHoursSpecification" not in thing("/clinics/dublin/", "MedicalClinic")
    place = Location.objects.get(slug="dublin")
    OpeningHours.objects.create(location=place, weekday=1, opens=dt.time(9), closes=dt.time(17, 30))
    assert thing("/clinics/dublin/", "MedicalClinic")["openingHoursSpecification"] == [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": "https://schema.org/Tuesday",
            "opens": "09:00",
            "closes": "17:30",
        }
    ]


@pytest.mark.django_db
@pytest.mark.both
def test_a_review_is_told_only_where_somebody_made_one(content: None) -> None:
    path = "/treatments/risks/"
    assert not {"lastReviewed", "reviewedBy"} & thing(path, "MedicalWebPage").keys()
    Page.objects.filter(path=path).update(reviewed_on="2027-01-05", reviewed_by="Dr A. Example, vein surgeon")
    page = thing(path, "MedicalWebPage")
    assert page["lastReviewed"] == "2027-01-05"
    assert page["reviewedBy"] == {"@type": "Person", "name": "Dr A. Example, vein surgeon"}


def test_a_review_without_a_name_or_without_a_day_is_not_told() -> None:
    page: dict[str, Any] = {"path": "/a/", "title": "A", "description": "", "trail": []}
    for day, name in (("2027-01-05", ""), ("", "Dr A. Example")):
        assert "reviewedBy" not in structured_data.medical_page(
            SITE, reviewed_on=day, reviewed_by=name, **page
        )


@pytest.mark.django_db
@pytest.mark.both
@pytest.mark.parametrize("path", TREATMENTS)
def test_a_treatment_tells_all_of_itself_in_our_own_words(content: None, path: str) -> None:
    therapy = thing(path, "MedicalTherapy")
    assert therapy["procedureType"] == "https://schema.org/PercutaneousProcedure"
    assert "You are breastfeeding" in therapy["contraindication"]
    assert "vein" in therapy["howPerformed"]
    assert "Put no lotion on your legs" in therapy["preparation"]
    assert "Walk every day." in therapy["followup"]
    serious = {each["name"]: each["description"] for each in therapy["seriousAdverseOutcome"]}
    assert serious["Allergic reaction"].startswith("Rare")
    assert len(serious) >= 5
    assert thing(path, "MedicalWebPage")["about"] == {"@id": therapy["@id"]}


@pytest.mark.django_db
@pytest.mark.both
def test_a_treatment_says_nothing_of_a_page_that_is_not_published(content: None) -> None:
    Page.objects.filter(slug__in=["risks", "aftercare", "before-your-visit"]).update(published=False)
    therapy = thing(TREATMENTS[0], "MedicalTherapy")
    assert not {"seriousAdverseOutcome", "followup", "preparation"} & therapy.keys()
    assert therapy["howPerformed"]


@pytest.mark.django_db
@pytest.mark.both
def test_the_price_is_the_fees(content: None) -> None:
    Fee.objects.filter(service="session", currency="GBP").update(amount="410.50")
    Fee.objects.filter(service="scan", currency="EUR").update(amount="120")
    told_fees = [node for node in told("/fees/")["@graph"] if node["@type"] == "Service"]
    session = next(node for node in told_fees if node["name"] == "Treatment session")
    assert [(o["price"], o["priceCurrency"], o["areaServed"]["name"]) for o in session["offers"]] == [
        ("410.50", "GBP", "United Kingdom"),
        ("410.50", "GBP", "Ireland"),
    ]
    assert {offer["priceSpecification"]["unitText"] for offer in session["offers"]} == {"session"}
    assert [node["name"] for node in told_fees] == ["Ultrasound scan", "Treatment session"]


@pytest.mark.django_db
@pytest.mark.both
def test_the_price_of_today_is_told(content: None) -> None:
    offer = thing("/fees/", "Service")["offers"][0]
    assert (offer["price"], offer["priceCurrency"]) == ("395.00", "GBP")


@pytest.mark.django_db
@pytest.mark.both
def test_home_tells_the_group_its_clinics_and_the_site(content: None) -> None:
    group = thing("/", "MedicalOrganization")
    assert [each["name"] for each in group["subOrganization"]] == [
        "Amersham",
        "Maidenhead",
        "London",
        "Dublin",
    ]
    site = thing("/", "WebSite")
    assert site["publisher"] == {"@id": group["@id"]}
    assert "potentialAction" not in site


@pytest.mark.django_db
@pytest.mark.both
def test_the_way_to_a_page_is_told_as_it_is_shown(content: None) -> None:
    steps = thing(TREATMENTS[0], "MedicalWebPage")["breadcrumb"]["itemListElement"]
    assert [(each["position"], each["name"]) for each in steps] == [
        (1, "Home"),
        (2, "Treatments"),
        (3, "Sclerotherapy for varicose veins"),
    ]
    steps = thing("/fees/", "WebPage")["breadcrumb"]["itemListElement"]
    assert [each["name"] for each in steps] == ["Home", "What it costs"]


@pytest.mark.django_db
@pytest.mark.both
def test_the_medicine_is_named_nowhere_in_it(content: None) -> None:
    for page in Page.objects.published():
        text = structured_data.as_script(told(page.path))
        assert not MEDICINE.search(text), page.path
        assert '"drug"' not in text


# How it stands in the page


@pytest.mark.parametrize(
    "harm", ["</script><script>alert(1)</script>", "<!--<script>", "&lt;", "a\u2028b\u2029c"]
)
def test_nothing_in_it_can_end_its_element(harm: str) -> None:
    told = structured_data.document(
        structured_data.web_page(SITE, path="/", title=harm, description="", trail=[])
    )
    text = structured_data.as_script(told)
    assert not re.search("[<>&\u2028\u2029]", text)
    assert json.loads(text)["@graph"][0]["name"] == harm


@pytest.mark.django_db
def test_a_hostile_title_stays_a_title(content: None) -> None:
    harm = "</script><script>alert(1)</script>"
    Page.objects.filter(path="/treatments/risks/").update(title=harm)
    assert "<script>" not in Client().get("/treatments/risks/").content.decode()
    assert thing("/treatments/risks/", "MedicalWebPage")["name"] == harm


def test_an_address_without_a_street_says_what_it_has() -> None:
    def address(lines: str, town: str) -> Node:
        clinic = structured_data.clinic(
            SITE,
            slug="a",
            name=town,
            address=lines,
            postcode="",
            country="IE",
            telephone="+1",
            hours=[],
            treatments=[],
        )
        told: Node = clinic["address"]
        return told

    dublin = address("Suites 5\nQ House\nDublin 18\n", "Dublin")
    assert (dublin["streetAddress"], dublin["addressLocality"]) == ("Suites 5, Q House", "Dublin 18")
    assert "addressRegion" not in dublin
    assert "postalCode" not in dublin
    assert address("A lane", "Cork")["streetAddress"] == "A lane"


def test_one_step_is_no_trail() -> None:
    page = structured_data.web_page(SITE, path="/", title="Home", description="", trail=[Step("Home", "/")])
    assert "breadcrumb" not in page
