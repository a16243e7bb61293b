"""In which language a text is written: two letters, `id` when in doubt. Indonesian and its neighbours share words, so these are votes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

_TELLING = {
    "id": (
        "yang dan di ke dari untuk dengan tidak sudah belum ini itu saya kami mohon tolong ada karena jalan rusak bapak ibu warga kepada"
        " pada lapor laporan bisa akan juga agar supaya selamat pagi siang sore malam terima kasih izin rumah depan dekat"
        " bagaimana kapan apakah lagi masih banyak"
    ),
    "en": (
        "the and of to in is are was this that with for not have has please i we you my our there it on at be from but can could"
        " would street road"
    ),
    "su": "abdi punten hatur nuhun teu aya kumaha nyaeta sareng di payuneun atuh mah euy ieu eta tos parantos ulah",
    "jv": "ora iki iku kulo mboten niki niku opo kowe aku sampun nggih wonten dalan ngarep omah piye ojo wis",
}
_VOTES = {language: frozenset(words.split()) for language, words in _TELLING.items()}
_LETTERS_FOR_MODEL = 60


def of(text: str, tokens: Sequence[str]) -> str:
    """tokens: `wording.words(text)`. The statistical model (100 MB) is asked only for longer texts in which no known word votes."""
    head = tokens[:200]
    counts = {language: sum(map(known.__contains__, head)) for language, known in _VOTES.items()}
    best = max(counts, key=lambda language: counts[language])
    if counts[best] > 0 and (best == "id" or counts[best] > counts["id"]):
        return best
    if counts["id"] or sum(map(str.isalpha, text[:1000])) < _LETTERS_FOR_MODEL:
        return "id"
    return _guess(text[:1000])


def _guess(text: str) -> str:
    language: str = _model().classify(text)[0]
    return "id" if language == "ms" else language


@lru_cache(maxsize=1)
def _model() -> Any:
    import py3langid

    return py3langid
