"""Which of the city's categories, and which of SP4N-LAPOR!'s four kinds. Proposals with their reason: a person confirms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from config.profile import Profile
from normalizer.complaint import Classification, Suggestion
from normalizer.wording import Lexicon, listed

_SUGGESTIONS = 3
_TITLE_BONUS = 1.5
_EARLY = 12
"""Words at the beginning weigh a little more: people name the matter first."""

_KINDS = {
    Classification.SUPERVISORY: listed(
        """
        korupsi, pungli, suap, gratifikasi, penyalahgunaan wewenang, penyalahgunaan jabatan, penyelewengan, proyek fiktif, mark up,
        nepotisme, kolusi, uang pelicin, jual beli jabatan, minta uang, dimintai uang, pemerasan
        """
    ),
    Classification.INFORMATION: listed(
        """
        bagaimana cara, bagaimana caranya, cara mengurus, cara daftar, apa syarat, apa saja syarat, syaratnya apa, persyaratan,
        mau tanya, mau bertanya, ingin bertanya, ingin tanya, izin bertanya, izin tanya, numpang tanya, mohon informasi,
        minta informasi, mohon info, minta info, info dong, jam buka, jam pelayanan, jadwal pelayanan, kapan jadwal,
        di mana alamat, nomor kontak, apakah bisa, apakah ada, apakah sudah, apakah boleh, bertanya, berapa biaya, mau menanyakan,
        ingin menanyakan, syarat
        """
    ),
    Classification.ASPIRATION: listed(
        """
        usul, mengusulkan, saran, menyarankan, aspirasi, berharap, harapan, semoga, alangkah baiknya, sebaiknya, mohon dibangun,
        mohon diadakan, mohon dibuatkan, mohon dipasang, agar dibangun, supaya dibangun, agar dipasang, masukan
        """
    ),
    Classification.COMPLAINT: listed(
        """
        rusak, hancur, berlubang, bolong, mati, padam, mampet, tersumbat, kotor, bau, menumpuk, banjir, macet, bocor, keluhan,
        mengeluh, terganggu, mengganggu, meresahkan, lambat, belum diperbaiki, belum diangkut, tidak ditanggapi, kecewa,
        dipersulit, tidak mengalir, parah, pengaduan, mengadukan, aduan, tumbang, liar, gelap, tidak berfungsi, kasar, ditolak,
        tidak sesuai
        """
    ),
}


def categories(tokens: Sequence[str], title_tokens: Sequence[str], profile: Profile) -> list[Suggestion]:
    """Up to three categories, the best first; score 0..1. tokens: `wording.words` of the body."""
    lexicon = _catalogue(tuple((key, category.words) for key, category in profile.categories.items()))
    scores: dict[str, float] = defaultdict(float)
    reasons: dict[str, list[str]] = defaultdict(list)
    for bonus, read in ((1.0, tokens), (_TITLE_BONUS - 1.0, title_tokens)):
        for key, phrase, position in lexicon.find(read):
            written = " ".join(phrase)
            repeated = written in reasons[key]
            scores[key] += bonus * _weight(phrase) * (0.2 if repeated and bonus == 1.0 else 1.0) * (1.2 if position < _EARLY else 1.0)
            if not repeated:
                reasons[key].append(written)
    order = list(profile.categories)
    best = sorted(scores, key=lambda key: (profile.categories[key].shipped, -scores[key], order.index(key)))[:_SUGGESTIONS]
    return [
        Suggestion(category=key, score=round(min(1.0, scores[key] / (scores[key] + 2.0)), 2), why=", ".join(reasons[key][:4]))
        for key in best
    ]


def kind(tokens: Sequence[str], suggestions: Sequence[Suggestion], profile: Profile, *, question: bool) -> Classification:
    """The proposed classification; a category that fixes one (corruption: supervisory) wins when it comes first."""
    if suggestions:
        fixed = profile.categories[suggestions[0].category].classification
        if fixed in {kind.value for kind in Classification}:
            return Classification(fixed)
    counts: dict[str, float] = defaultdict(float)
    for key, phrase, _ in _kinds().find(tokens):
        counts[key] += len(phrase)
    if counts[Classification.SUPERVISORY]:
        return Classification.SUPERVISORY
    complaint = counts[Classification.COMPLAINT]
    asked = counts[Classification.INFORMATION] + (1.0 if question else 0.0)
    if asked > complaint and counts[Classification.INFORMATION]:
        return Classification.INFORMATION
    return Classification.ASPIRATION if counts[Classification.ASPIRATION] > complaint else Classification.COMPLAINT


def kinds_of(tokens: Sequence[str]) -> list[tuple[str, str]]:
    """(classification, phrase) of all that speaks for one of SP4N's four kinds."""
    return [(kind, " ".join(phrase)) for kind, phrase, _ in _kinds().find(tokens)]


def _weight(phrase: Sequence[str]) -> float:
    return 0.6 + 1.2 * (len(phrase) - 1) if len(phrase[0]) > 3 or len(phrase) > 1 else 0.5


@lru_cache(maxsize=8)
def _catalogue(catalogue: tuple[tuple[str, tuple[str, ...]], ...]) -> Lexicon:
    return Lexicon((key, word) for key, words in catalogue for word in words)


@lru_cache(maxsize=1)
def _kinds() -> Lexicon:
    return Lexicon((kind.value, word) for kind, words in _KINDS.items() for word in words)
