"""The numbered pictures of the site, in one table: what each is called and where it is drawn. Never draws one."""

from __future__ import annotations

from typing import NamedTuple


class Plate(NamedTuple):
    """One picture with its key. `frames` is how many it has on each skin; `about` describes its own page."""

    slug: str
    number: int
    title: str
    frames: int
    about: str

    @property
    def words(self) -> str:
        """The title inside a sentence: "View larger picture: where the veins lie"."""
        return self.title[0].lower() + self.title[1:]

    @property
    def template(self) -> str:
        return f"components/plate_{self.slug.replace('-', '_')}.html"

    @property
    def section(self) -> str:
        """The section component that shows it on a page, as `treatments.Section.component` has it."""
        return f"plate-{self.slug}"


PLATES = (
    Plate(
        "veins",
        1,
        "Where the veins lie",
        1,
        "A large picture of a leg, cut open. Thread veins lie in the skin, varicose veins in the fat, deep veins below.",
    ),
    Plate(
        "kinds",
        2,
        "Thread veins and varicose veins",
        2,
        "Two kinds of leg vein in one large picture, on lighter and darker skin. See how to tell them apart.",
    ),
    Plate(
        "injection",
        3,
        "What an injection does",
        4,
        "How a small injection closes a leg vein, step by step. A large picture on lighter and darker skin.",
    ),
    Plate(
        "first-visit",
        4,
        "Your first visit",
        4,
        "What happens when you first come to see us, from the talk to the letter, as one large picture.",
    ),
    Plate(
        "fading",
        5,
        "How a treated vein can fade",
        5,
        "What you may see on your leg after treatment, up to a year. A large picture on lighter and darker skin.",
    ),
    Plate(
        "clinics",
        6,
        "Where our clinics are",
        1,
        "A simple map of our leg vein clinics: Amersham, Maidenhead and London in England, and Dublin in Ireland.",
    ),
)
_BY_SLUG = {plate.slug: plate for plate in PLATES}


def plate_called(slug: str) -> Plate:
    """Raises KeyError for a picture that we do not have."""
    return _BY_SLUG[slug]
