"""How much it presses. Emergency words are the city's; an emergency is answered with 112 at once and is still a complaint."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from normalizer.complaint import Urgency
from normalizer.wording import Lexicon, listed

_CALM = listed(
    """
    pemadam kebakaran, dinas kebakaran, mobil pemadam, hydrant kebakaran, alat pemadam, rawan banjir, rawan kecelakaan,
    rawan kebakaran, rawan longsor, bekas kebakaran, bekas banjir, sosialisasi kebakaran, mencegah kebakaran, cegah banjir,
    mencegah banjir, korban phk, bebas banjir, antisipasi banjir, antisipasi kebakaran, simulasi kebakaran, asuransi kecelakaan,
    unit gawat darurat, instalasi gawat darurat, menyebabkan kecelakaan, mengakibatkan kecelakaan, bisa kecelakaan,
    takut kecelakaan, potensi kecelakaan, berpotensi kecelakaan, khawatir kecelakaan, takut kebakaran, khawatir kebakaran,
    bisa kebakaran, surat kebakaran, tahun lalu kebakaran
    """
)
_PRESSING = listed(
    """
    berbahaya, membahayakan, bahaya, darurat, segera, urgent, korban, roboh, hampir roboh, kritis, celaka, kecelakaan,
    memakan korban, nyawa, tersengat listrik, kabel putus, keracunan, longsor, jatuh
    """
)


def judge(tokens: Sequence[str], emergency_words: Sequence[str]) -> Urgency:
    """tokens: `wording.words` of all that the citizen wrote. Words such as "pemadam kebakaran" name an office and alarm nobody."""
    found = {key for key, _, _ in _lexicon(tuple(emergency_words)).find(tokens)}
    if "emergency" in found:
        return Urgency.EMERGENCY
    return Urgency.HIGH if "pressing" in found else Urgency.NORMAL


def seen(tokens: Sequence[str], emergency_words: Sequence[str]) -> list[tuple[str, str]]:
    """(emergency | pressing | calm, phrase), for explanations."""
    return [(key, " ".join(phrase)) for key, phrase, _ in _lexicon(tuple(emergency_words)).find(tokens)]


@lru_cache(maxsize=8)
def _lexicon(emergency_words: tuple[str, ...]) -> Lexicon:
    phrases = [("emergency", word) for word in emergency_words]
    phrases += (("calm", phrase) for phrase in _CALM)
    known = set(emergency_words) | set(_CALM)
    phrases += (("pressing", word) for word in _PRESSING if word not in known)
    return Lexicon(phrases)
