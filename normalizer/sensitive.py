"""Health and children: words that are not covered, because the case needs them, but that mark it as sensitive (UU 27/2022, article 4)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from normalizer.wording import holds

KINDS = ("health", "child")
_HEALTH = re.compile(
    r"\b(?:hiv|aids|odha|tbc|tuberkulosis|sifilis|kanker|tumor|leukemia|kemoterapi|cuci darah|gagal ginjal|stroke|epilepsi|diabetes"
    r"|hepatitis|skizofrenia|gangguan jiwa|gangguan mental|odgj|depresi|percobaan bunuh diri|hamil|keguguran|aborsi|rekam medis"
    r"|hasil lab(?:oratorium)?|diagnosa|diagnosis|autis(?:me)?|down syndrome|positif covid|disabilitas mental)\b",
    re.IGNORECASE,
)
_CHILD = re.compile(
    r"\b(?:(?:anak|putra|putri|cucu|adik|keponakan)(?: (?:perempuan|laki-laki|kecil|pertama|kedua))? (?:saya|kami|beliau)|balita|bayi"
    r"|anak di bawah umur|di bawah umur|anak (?:yatim|jalanan|terlantar)|(?:siswa|siswi|murid) (?:kelas|sd|smp|paud|tk)"
    r"|(?:anak|usia|umur|berusia|berumur)\s+(?:\(?\s*)?(?:[1-9]|1[0-7])\s*(?:th|thn|tahun)|my (?:son|daughter|child|kid))\b",
    re.IGNORECASE,
)
_TELLING = (
    frozenset(
        "hiv aids odha tbc tuberkulosis sifilis kanker tumor leukemia kemoterapi cuci gagal stroke epilepsi diabetes hepatitis "  # noqa: SIM905
        "skizofrenia gangguan odgj depresi percobaan hamil keguguran aborsi rekam hasil diagnosa diagnosis autis autisme down positif "
        "disabilitas".split()
    ),
    frozenset("anak putra putri cucu adik keponakan balita bayi umur siswa siswi murid usia berusia berumur my".split()),  # noqa: SIM905
)
"""One of these stands in whatever the patterns find: most texts hold none."""


def spans(text: str) -> Iterator[tuple[str, int, int]]:
    """(health | child, start, end), the first ten of each."""
    for kind, pattern, telling in zip(KINDS, (_HEALTH, _CHILD), _TELLING, strict=True):
        if not holds(text, telling):
            continue
        for _, match in zip(range(10), pattern.finditer(text), strict=False):
            yield kind, match.start(), match.end()
