from __future__ import annotations

import re

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from normalizer_samples import HEAD, PLAIN, chat, mail

from config.profile import Profile
from normalizer import privacy, title
from normalizer.characters import clean, tidy
from normalizer.normalize import normalize
from normalizer.outcome import Normalized

quick = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
piece = st.sampled_from(
    [
        "jalan rusak ", "halo ", "RT 03/05 ", "Jl. Mawar ", "3277010109890001 ", "081234567890 ", "a@b.id ", "> ", "\n", "\n\n", "--\n", (
            "CMH-1234-567C "
        ), (
            "Dari: "
        ),
        "Pada 21 Nov 2026 x menulis:\n", "From: a <a@b.id>\n", "Date: x\n", "---- Pesan Asli ----\n", "🙏", "\u202e", "\x00", "é", (
            "kebakaran "
        ), (
            "/lapor "
        ), (
            "<div>"
        ), (
            "&amp;"
        ), "atas nama Budi ", "a.n. ", "D 1234 ABC ", "plat d 12 ", "rek BCA 1234567890 ", "4111 1111 1111 1111 ", "anak saya ", "kemarin ",
        "tgl 12/11 ",
        "https://maps.google.com/?q=-6.87,107.54 ", "hapus data saya ", "goblok ",
    ]
)  # fmt: skip
talk = st.one_of(st.text(max_size=300), st.lists(piece, max_size=40).map("".join))


@quick
@given(talk)
@example("\ud83d rusak")
@example("٣٢٧٧٠١٠١٠٩٨٩٠٠٠١")
def test_any_text_has_an_outcome(profile: Profile, text: str) -> None:
    """Whatever is written, an outcome comes out: storable as UTF-8, its spans inside the body, the same every time."""
    told = normalize(chat(text), profile)
    assert isinstance(told, Normalized)
    told.model_dump_json().encode()
    assert told == normalize(chat(text), profile)
    assert all(0 <= span.start < span.end <= len(told.body) for span in told.personal_data)
    if told.title is not None:
        assert 0 < len(told.title) <= title.LIMIT


@quick
@given(st.binary(max_size=600))
def test_any_bytes_as_a_mail(profile: Profile, raw: bytes) -> None:
    """Any bytes are a mail that ends in an outcome."""
    assert isinstance(normalize(mail(raw or b"\n"), profile), Normalized)


@quick
@given(
    st.binary(max_size=300),
    st.sampled_from(["text/plain", "text/html", "multipart/mixed; boundary=q", "message/rfc822", "text/plain; charset=utf-7", "x"]),
)
def test_any_body_under_a_head(profile: Profile, body: bytes, media_type: str) -> None:
    """Under proper headers any body is read."""
    raw = f"{HEAD.format(subject='x')}Content-Type: {media_type}\n\n".encode() + body
    told = normalize(mail(raw), profile)
    told.model_dump_json().encode()


@quick
@given(talk)
def test_any_text_as_a_mail(profile: Profile, text: str) -> None:
    """Any text under plain headers is read, with and without an operator who forwards."""
    raw = (HEAD.format(subject="Fwd: aduan") + PLAIN + text).encode("utf-8", "surrogatepass")
    for staff in (False, True):
        normalize(mail(raw, staff=staff), profile).model_dump_json().encode()


@quick
@given(st.text(max_size=40), st.integers(10**15, 10**16 - 1), st.text(max_size=40))
def test_no_nik_survives_masking(before: str, number: int, after: str) -> None:
    """After masking no sixteen digits stand together, whatever is around them."""
    masked = privacy.masked(f"{before}{number}{after}")
    assert not re.search(r"\d{16}", masked)


@quick
@given(talk)
def test_masking_is_stable(text: str) -> None:
    """Masking keeps the length and changes nothing the second time."""
    masked = privacy.masked(text)
    assert len(masked) == len(text)
    assert privacy.masked(masked) == masked


@quick
@given(st.text(max_size=30), st.integers(10**15, 10**16 - 1), st.sampled_from(["NIK ", "KK ", "rekening ", "atas nama Budi ", "", "plat "]))
def test_no_nik_in_title_or_masked_body(profile: Profile, before: str, number: int, word: str) -> None:
    """Wherever sixteen digits stand, neither the title nor the masked body shows them."""
    told = normalize(chat(f"{before} jalan rusak {word}{number}"), profile)
    assert not re.search(r"\d{16}", (told.title or "") + privacy.mask(told.body, told.personal_data))


@quick
@given(talk)
def test_cleaning_is_stable(text: str) -> None:
    """Cleaning and tidying a second time changes nothing."""
    once = tidy(clean(text))
    assert tidy(clean(once)) == once
