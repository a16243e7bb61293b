from __future__ import annotations

import base64

import pytest
from normalizer_samples import HEAD, PLAIN

from normalizer import mime
from normalizer.mail import text_of

TOP = HEAD.format(subject="Jalan rusak")
PHOTO = b"\xff\xd8\xff foto"


def mixed(*parts: str, kind: str = "mixed") -> bytes:
    body = "".join(f"--q\n{part}\n" for part in parts)
    return f"{TOP}Content-Type: multipart/{kind}; boundary=q\n\n{body}--q--\n".encode()


def attached(name: str, media_type: str, content: bytes) -> str:
    encoded = base64.encodebytes(content).decode()
    return f'Content-Type: {media_type}\nContent-Disposition: attachment; filename="{name}"\nContent-Transfer-Encoding: base64\n\n{encoded}'


def test_words_and_files() -> None:
    """Text is read, a photo is evidence, and its bytes come back by its index."""
    raw = mixed(PLAIN + "Jalan rusak", attached("foto.jpg", "image/jpeg", PHOTO))
    mail = mime.parse(raw)
    assert text_of(mail) == "Jalan rusak"
    assert [leaf.filename for leaf in mail.files] == ["foto.jpg"]
    assert mime.part(raw, 0) == PHOTO


def test_part_out_of_range() -> None:
    """A part that is not there is an IndexError, never somebody else's bytes."""
    with pytest.raises(IndexError):
        mime.part(mixed(PLAIN + "x"), 0)


def test_alternative_prefers_plain_words() -> None:
    """Of alternatives the plain text is read, unless it is empty."""
    html = "Content-Type: text/html; charset=utf-8\n\n<p>Jalan <b>rusak</b></p>"
    assert text_of(mime.parse(mixed(PLAIN + "Jalan rusak sekali", html, kind="alternative"))) == "Jalan rusak sekali"
    assert text_of(mime.parse(mixed(PLAIN + "  ", html, kind="alternative"))) == "Jalan rusak"
    assert mime.parse(mixed(PLAIN + "a", html, kind="alternative")).files == ()


def test_an_attached_mail_is_evidence() -> None:
    """A mail inside a mail is kept whole and not read as the writer's words."""
    raw = mixed(PLAIN + "Lihat surat terlampir", "Content-Type: message/rfc822\n\n" + TOP + PLAIN + "isi surat")
    mail = mime.parse(raw)
    assert text_of(mail) == "Lihat surat terlampir"
    assert b"isi surat" in mime.part(raw, 0)


@pytest.mark.parametrize(
    "raw",
    [
        f"{TOP}Content-Type: multipart/mixed; boundary=q\n\n--q\n{PLAIN}Jalan rusak\n",
        f"{TOP}Content-Type: multipart/mixed\n\nJalan rusak\n",
        f"{TOP}Content-Type: text/plain; charset=x-tak-ada\n\nJalan rusak\n",
        f"\ufeff{TOP}{PLAIN}Jalan rusak\n",
        f"{TOP}{PLAIN}Jalan rusak\n".replace("\n", "\r"),
        f"{TOP}{PLAIN}Jalan rusak\n".replace("\n", "\r\n"),
        f"From siti Sun Nov 22\n{TOP}{PLAIN}Jalan rusak\n",
        f"{TOP}Content-Type: text/html\n\n{'<div>' * 3000}Jalan rusak",
    ],
)
def test_damaged_mails_keep_their_words(raw: str) -> None:
    """A missing boundary, an unknown character set, a BOM or odd line ends lose no word."""
    assert "Jalan rusak" in text_of(mime.parse(raw.encode()))


def nested(depth: int, kind: str) -> bytes:
    inner = "Content-Type: text/plain\n\ndi dalam\n"
    for level in range(depth):
        if kind == "multipart":
            inner = f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n{inner}\n--b{level}--\n"
        else:
            inner = f"Content-Type: message/rfc822\n\n{TOP}{inner}"
    return (TOP + inner).encode()


@pytest.mark.parametrize("kind", ["multipart", "rfc822"])
def test_depth_has_an_end(kind: str) -> None:
    """A mail nested two thousand deep is read as lines, quickly and without a RecursionError."""
    mail = mime.parse(nested(2000, kind))
    assert mail.headers.text("subject") == "Jalan rusak"
    assert "di dalam" in text_of(mail)


def test_parts_have_an_end() -> None:
    """Of twenty thousand parts a set number is kept."""
    raw = mixed(*[attached(f"a{number}.txt", "text/plain", b"x") for number in range(5000)])
    assert len(mime.parse(raw).files) <= mime.PARTS_LIMIT


def test_headers_have_an_end() -> None:
    """Among fifty thousand headers the ones that matter are found."""
    many = "".join(f"X-H{number}: v\n" for number in range(50_000))
    mail = mime.parse((TOP + many + PLAIN + "Jalan rusak").encode())
    assert mail.headers.mailbox("from") == ("Siti Aminah", "siti@contoh.id")
    assert text_of(mail) == "Jalan rusak"


def test_broken_transfer_encodings() -> None:
    """Broken base64 and quoted-printable never raise."""
    for encoding in ("base64", "quoted-printable", "uuencode", "x-none"):
        raw = f"{TOP}Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n!!!=ZZ***=\n".encode()
        assert isinstance(text_of(mime.parse(raw)), str)


def test_raw_bytes_in_a_file_name() -> None:
    """A file name in bare UTF-8 is read."""
    raw = mixed(PLAIN + "x", attached("jalan-é.jpg", "image/jpeg", PHOTO))
    assert mime.parse(raw).files[0].filename == "jalan-é.jpg"
