from __future__ import annotations

import pytest

from normalizer.charset import codec, decode


@pytest.mark.parametrize(
    ("content", "declared", "text"),
    [
        (b"Jalan rusak", None, "Jalan rusak"),
        ("jalan “rusak”".encode(), "us-ascii", "jalan “rusak”"),
        ("caf\u00e9".encode("cp1252"), "utf-8", "café"),
        ("“halo”".encode("cp1252"), "iso-8859-1", "“halo”"),
        (b"Jalan rusak", "x-tak-ada", "Jalan rusak"),
        (b"Jalan", "utf-8\x00", "Jalan"),
        ("道路".encode("gb18030"), "gb2312", "道路"),
        ("halo".encode("utf-16"), "utf-8", "halo"),
        (b"\xef\xbb\xbfhalo", "cp1252", "halo"),
        (b"aGFsbw==", "base64", "aGFsbw=="),
    ],
)
def test_decode(content: bytes, declared: str | None, text: str) -> None:
    """A missing, unknown or lying character set still gives the words."""
    assert decode(content, declared) == text


def test_a_cut_character_spoils_only_itself() -> None:
    """UTF-8 that was cut in the middle stays UTF-8."""
    assert decode("réparasi jalan é".encode()[:-1], "utf-8") == "réparasi jalan \ufffd"


def test_html_names_its_own() -> None:
    """Where the mail says nothing, the page's meta tag does."""
    page = '<meta charset="iso-8859-2"><p>łódź</p>'.encode("iso-8859-2")
    assert "łódź" in decode(page, None, html=True)


@pytest.mark.parametrize("declared", ["rot13", "hex", "zlib", "undefined", "", None, "x" * 500, "idna"])
def test_codec_gives_text(declared: str | None) -> None:
    """Codecs that are no character sets are never used."""
    assert codec(declared) == "utf-8"
