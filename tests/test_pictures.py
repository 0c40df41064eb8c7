"""Photographs by staff: judged by content, drawn anew without metadata; a bad one gets a sentence."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageCms, PngImagePlugin

from clinic import pictures
from clinic.models import Picture
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.both]
ADD = "admin:clinic_picture_add"
SECRET = b"GPS 51.5 north, taken by Brigid"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def drawn(size: tuple[int, int] = (1800, 1200), kind: str = "JPEG", mode: str = "RGB", **more: Any) -> bytes:
    image = Image.radial_gradient("L").resize(size).convert(mode)
    made = io.BytesIO()
    image.save(made, kind, **more)
    return made.getvalue()


def kept(content: bytes, alt: str = "The front door of the clinic") -> Picture:
    return pictures.keep(prepared=pictures.prepare(io.BytesIO(content)), alt=alt, now=cast.NOW)


def files(picture: Picture) -> list[bytes]:
    return [default_storage.open(name).read() for name in picture.file_names]


def test_a_photograph_is_kept_in_three_widths_and_three_formats() -> None:
    picture = kept(drawn())
    seen = [
        (Image.open(io.BytesIO(each)).format, Image.open(io.BytesIO(each)).width) for each in files(picture)
    ]
    assert seen == [(kind, width) for kind in ("AVIF", "WEBP", "JPEG") for width in (480, 960, 1440)]
    assert (picture.width, picture.height) == (1440, 960)


def test_a_smaller_one_is_never_made_larger() -> None:
    picture = kept(drawn((900, 1200)))
    assert (picture.width, picture.height) == (900, 1200)


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGBA"), ("JPEG", "L")]
)
def test_every_usual_kind_is_read(kind: str, mode: str) -> None:
    assert Image.open(io.BytesIO(files(kept(drawn(kind=kind, mode=mode)))[-1])).mode == "RGB"


def _sixteen_bits() -> bytes:
    made = io.BytesIO()
    Image.new("I;16", (1200, 900), 30000).save(made, "PNG")
    return made.getvalue()


def test_a_picture_of_sixteen_bits_keeps_its_tones() -> None:
    shown = Image.open(io.BytesIO(files(kept(_sixteen_bits()))[-1])).getpixel((5, 5))
    assert shown == (117, 117, 117)


def test_what_is_see_through_stands_on_white() -> None:
    made = io.BytesIO()
    Image.new("RGBA", (1200, 900), (0, 0, 0, 0)).save(made, "PNG")
    assert Image.open(io.BytesIO(files(kept(made.getvalue()))[-1])).getpixel((5, 5)) == (255, 255, 255)


def test_a_photograph_stands_upright_and_carries_nothing_but_pixels() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by the camera
    exif[0x010E] = SECRET.decode()
    content = drawn((1800, 1200), exif=exif, comment=SECRET, icc_profile=_srgb())
    assert SECRET in content
    picture = kept(content)
    assert (picture.width, picture.height) == (1200, 1800)
    for each in files(picture):
        assert SECRET not in each
        image = Image.open(io.BytesIO(each))
        assert not image.getexif()
        assert not {"exif", "icc_profile", "comment", "xmp"} & set(image.info)


def _srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def test_the_check_for_hidden_words_can_fail() -> None:
    """The control: re-encoded as it stands, the same picture carries the words along."""
    assert SECRET in drawn(comment=SECRET)


def test_what_hides_behind_the_picture_is_left_out() -> None:
    assert all(b"<script>" not in each for each in files(kept(drawn() + b"<script>alert(1)</script>")))


def _bomb() -> bytes:
    """A PNG of 900 million pixels in some kilobytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">IIBBBBB", 30000, 30000, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 10**6))
        + chunk(b"IEND", b"")
    )


def _text_bomb() -> bytes:
    words = PngImagePlugin.PngInfo()
    for number in range(80):
        words.add_text(f"k{number}", "A" * 10**6, zip=True)
    return drawn(kind="PNG", pnginfo=words)


BAD = {
    "empty": (b"", "could not read"),
    "a text": (b"hello, I am a jpeg", "could not read"),
    "a page": (b"<!doctype html><script>alert(1)</script>", "could not read"),
    "a drawing": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "could not read"),
    "a GIF": (drawn(kind="GIF"), "could not read"),
    "cut off": (drawn()[:4000], "could not read"),
    "a TIFF": (drawn(kind="TIFF"), "could not read"),
    "a bomb": (_bomb(), "million pixels"),
    "a bomb of words": (_text_bomb(), "could not read"),
    "too small": (drawn((300, 300)), "too small: 300 by 300"),
    "a ribbon": (drawn((4000, 20)), "too small: 4000 by 20"),
    "too many bytes": (b"\xff\xd8" + b"0" * (pictures.MOST_BYTES + 1), "larger than 15 MB"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_gets_a_sentence_and_leaves_nothing(name: str, media: Path) -> None:
    content, words = BAD[name]
    with pytest.raises(pictures.BadPicture, match=words):
        pictures.prepare(io.BytesIO(content))
    assert not list(media.rglob("*.*"))


def test_the_same_upload_again_is_the_same_picture() -> None:
    first, second = kept(drawn()), kept(drawn(), "The side door")
    assert first == second
    assert Picture.objects.get().alt == "The side door"
    assert len(set(first.file_names)) == 9


def test_a_removed_picture_takes_its_files_along(media: Path) -> None:
    picture = kept(drawn())
    place = cast.make_clinic("maidenhead")
    place.photo = picture
    place.save()
    pictures.remove(picture=picture)
    place.refresh_from_db()
    assert place.photo is None
    assert not [each for each in media.rglob("*") if each.is_file()]


def test_the_page_names_size_words_and_every_width() -> None:
    picture = kept(drawn())
    shown = render_to_string("components/photo.html", {"picture": picture, "sizes": "30rem"})
    assert 'width="1440" height="960" alt="The front door of the clinic" loading="lazy"' in shown
    assert shown.count("480w") == shown.count("960w") == shown.count("1440w") == 3
    assert shown.index("image/avif") < shown.index("image/webp") < shown.index("<img")
    assert render_to_string("components/photo.html", {"picture": None}).strip() == ""


def test_a_file_is_served_for_ever_and_only_by_its_own_name() -> None:
    picture = kept(drawn())
    answer = Client().get(picture.plain)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert b"".join(answer) == default_storage.open(picture.file_names[-2]).read()
    assert not answer.cookies
    for name in ("..%2Fclinic.sqlite3", "x.jpg", "0" * 32 + "-480.jpg", picture.plain.split("/")[-1] + "%00"):
        assert Client().get(f"/media/pictures/{name}").status_code == 404, name


def logged_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def upload(client: Client, content: bytes, alt: str = "The front door") -> Any:
    file = SimpleUploadedFile("../../evil.php", content, content_type="text/html")
    return client.post(reverse(ADD), {"upload": file, "alt": alt})


def test_a_manager_uploads_and_sees_it_on_the_clinics_page() -> None:
    place = cast.make_clinic("maidenhead")
    client = logged_in(cast.make_staff("manager", "manager"))
    assert upload(client, drawn()).status_code == 302
    picture = Picture.objects.get()
    assert (
        picture.plain
        in client.get(reverse("admin:clinic_picture_change", args=[picture.pk])).content.decode()
    )
    place.photo = picture
    place.save()
    assert picture.plain in Client().get(place.get_absolute_url()).content.decode()


def test_a_bad_upload_is_told_beside_the_field_and_the_words_are_kept() -> None:
    client = logged_in(cast.make_staff("manager", "manager"))
    answer = upload(client, b"not a picture", "The front door of Q House")
    assert answer.status_code == 200
    assert "We could not read this file as a photograph" in answer.content.decode()
    assert "The front door of Q House" in answer.content.decode()
    assert not Picture.objects.exists()


def test_only_managers_and_editors_may_add_one() -> None:
    place = cast.make_clinic("maidenhead")
    client = logged_in(cast.make_staff("desk", "receptionist", place))
    assert upload(client, drawn()).status_code == 403
    assert not Picture.objects.exists()
