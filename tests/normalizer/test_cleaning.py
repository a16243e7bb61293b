"""What identifies a citizen by their camera never leaves with a picture; the picture itself does."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image, ImageChops
from PIL.PngImagePlugin import PngInfo

from normalizer.cleaning import clean

SECRETS = (b"Samsung", b"SM-A155F", b"Siti Aminah", b"2026:03:02")


def picture(kind: str, *, orientation: int = 1, gps: bool = True, **more: object) -> bytes:
    image = Image.linear_gradient("L").resize((64, 48)).convert("RGB")
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = "Samsung", "SM-A155F", orientation
    exif[0x013B], exif[0x0132] = "Siti Aminah", "2026:03:02 10:00:00"
    if gps:
        exif.get_ifd(0x8825).update({1: "S", 2: (6.0, 52.0, 19.92), 3: "E", 4: (107.0, 32.0, 33.0)})
    out = io.BytesIO()
    image.save(out, kind, exif=exif, **more)
    return out.getvalue()


def pixels(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def film(*, handler: bytes = b"vide", brand: bytes = b"isom") -> bytes:
    place = box(b"\xa9xyz", b"\x00\x12\x15\xc7-06.8722+107.5425/")
    track = box(b"trak", box(b"mdia", box(b"hdlr", b"\0" * 8 + handler + b"\0" * 12)) + box(b"udta", b"Samsung"))
    moov = box(b"moov", track + box(b"udta", place) + box(b"meta", b"Siti Aminah"))
    return box(b"ftyp", brand + b"\0\0\2\0") + box(b"mdat", b"\x01\x02\x03" * 50) + moov


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_device_owner_clock_and_place_are_gone(kind: str) -> None:
    """And the place is told apart."""
    dirty = picture(kind)
    assert any(secret in dirty for secret in SECRETS)
    cleaned = clean(dirty)
    assert cleaned.content
    assert not any(secret in cleaned.content for secret in SECRETS)
    assert not Image.open(io.BytesIO(cleaned.content)).getexif()
    assert (cleaned.lat, cleaned.lon) == (-6.8722, 107.5425)


@pytest.mark.parametrize(("kind", "more"), [("JPEG", {}), ("JPEG", {"progressive": True}), ("JPEG", {"optimize": True}), ("PNG", {})])
def test_no_pixel_changes(kind: str, more: dict[str, object]) -> None:
    """Evidence stays evidence: the picture is not compressed anew."""
    dirty = picture(kind, **more)
    cleaned = clean(dirty).content
    assert cleaned
    assert ImageChops.difference(pixels(dirty), pixels(cleaned)).getbbox() is None


def test_a_photo_keeps_its_right_way_up() -> None:
    """The one thing of the EXIF that the eye needs."""
    cleaned = clean(picture("JPEG", orientation=6)).content
    assert cleaned
    assert dict(Image.open(io.BytesIO(cleaned)).getexif()) == {0x0112: 6}


def test_what_hangs_behind_the_end_is_cut_off() -> None:
    """Phones append a film or a second picture with its own EXIF."""
    dirty = picture("JPEG", gps=False)
    assert clean(dirty + picture("JPEG") + b"MotionPhoto").content == clean(dirty).content
    plain = picture("PNG")
    assert clean(plain + b"Siti Aminah").content == clean(plain).content


def test_comments_and_texts_are_gone() -> None:
    told = PngInfo()
    told.add_text("Author", "Siti Aminah")
    told.add_itxt("XML:com.adobe.xmp", "<exif:GPSLatitude>6,52S</exif:GPSLatitude>")
    cleaned = clean(picture("PNG", pnginfo=told)).content
    assert cleaned
    assert b"Siti" not in cleaned
    assert b"GPS" not in cleaned
    commented = clean(picture("JPEG", comment=b"Siti Aminah", xmp=b"<x>GPSLatitude</x>")).content
    assert commented
    assert b"Siti" not in commented
    assert b"GPS" not in commented


@pytest.mark.parametrize("brand", [b"isom", b"qt  ", b"3gp4"])
def test_a_film_loses_its_user_data_and_no_offset_moves(brand: bytes) -> None:
    dirty = film(brand=brand)
    cleaned = clean(dirty)
    assert cleaned.content
    assert len(cleaned.content) == len(dirty)
    assert b"Samsung" not in cleaned.content
    assert b"Siti" not in cleaned.content
    assert b"107.5425" not in cleaned.content
    assert b"\x01\x02\x03" * 50 in cleaned.content
    assert (cleaned.lat, cleaned.lon) == (-6.8722, 107.5425)


@pytest.mark.parametrize(
    "content",
    [
        film(handler=b"meta"),
        film(brand=b"heic"),
        film(brand=b"avif"),
        b"II*\0" + b"\0" * 40,
        picture("JPEG")[:300],
        b"\xff\xd8\xff\xe0\x00\x00",
        picture("PNG")[:60],
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\0\0\0\0WEBPVP8 ",
        box(b"ftyp", b"isom") + b"\0\0\0\5moov",
    ],
)
def test_what_cannot_be_cleaned_stays_here(content: bytes) -> None:
    """A track of positions, HEIC, TIFF, a picture that is cut short or a lie."""
    assert clean(content).content is None


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4", b"OggS", "Halo".encode("utf-16"), b"PK\x03\x04"])
def test_documents_and_sound_pass_as_they_are(content: bytes) -> None:
    assert clean(content).content == content


@pytest.mark.parametrize(
    "gps", [{1: "S", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)}, {2: (6.0, 52.0, 0.0)}, {2: (400.0, 0.0, 0.0), 4: (1.0, 0.0, 0.0)}]
)
def test_a_place_that_is_none_is_not_offered(gps: dict[int, object]) -> None:
    """Zero, half a place, and off the map."""
    exif, out = Image.Exif(), io.BytesIO()
    exif.get_ifd(0x8825).update(gps)
    Image.new("RGB", (4, 4)).save(out, "JPEG", exif=exif)
    cleaned = clean(out.getvalue())
    assert cleaned.content
    assert (cleaned.lat, cleaned.lon) == (None, None)


@given(
    head=some.sampled_from([b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFF0000WEBP", b"\0\0\0\x14ftypisom", b"\xff\xd8\xff\xda\0\x02"]),
    tail=some.binary(max_size=300),
)
def test_any_bytes_are_cleaned_or_kept(head: bytes, tail: bytes) -> None:
    """Never an exception."""
    clean(head + tail)
