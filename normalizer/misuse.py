"""Advertising and abuse. Never dropped: a person looks, because an angry citizen may have a point."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from normalizer.wording import Lexicon, listed

_ADVERTISING = listed(
    """
    slot gacor, situs slot, link slot, bonus new member, maxwin, judi online, togel, bandar togel, depo, deposit pulsa, rtp, pinjaman cepat,
    pinjaman tanpa jaminan, dana cepat, cair hari ini, tanpa bi checking, jual followers, tambah followers, jasa followers, klik link,
    klik tautan, anda terpilih, anda mendapatkan hadiah, pemenang undian, menang undian, investasi, profit harian, passive income,
    cashback, promo, diskon, gratis ongkir, open bo, order sekarang, hubungi wa, minat hubungi, obat kuat, pelangsing, bitcoin, crypto,
    dijual, disewakan, dikontrakan, nego, lokasi strategis, shm, harga miring, stok terbatas,
    earn money, casino, viagra, click here, limited offer, free gift
    """
)
_INSULT_WORDS = """
anjing anjir anjrit bangsat bajingan babi monyet goblok goblog tolol bego bodoh dungu kontol memek ngentot jancok jancuk asu kampret
brengsek keparat tai taik setan iblis sialan laknat idiot fuck fucking shit stupid bastard
"""
_INSULTS = frozenset(_INSULT_WORDS.split())
_AROUND_WORDS = """
dasar kau kamu kalian lu lo elu loe semua semuanya pemerintah pejabat admin bapak ibu walikota wali kota bupati yang memang emang ya nih tuh
banget sangat sekali kerja gak tidak becus makan duit dari ini itu si dan juga woi woy hei hey you all
"""
_AROUND = frozenset(_AROUND_WORDS.split())
_COMPLAINING = frozenset(
    "liar ilegal sembarangan trotoar pkl bansos pungli kadaluarsa "  # noqa: SIM905
    "lapor melapor laporan melaporkan adukan mengadu resah korban tertipu ditipu penipuan diteror teror tetangga warga rt rw".split()
)
_SIGNS = ("http://", "https://", "www.", "wa.me/", "t.me/", "bit.ly/")


def advertises(text: str, tokens: Sequence[str]) -> bool:
    """Two phrases of the trade, or one beside a link, and nobody who complains about it."""
    if not _COMPLAINING.isdisjoint(tokens):
        return False
    found = {phrase for _, phrase, _ in _advertising().find(tokens)}
    return len(found) >= 2 or (len(found) == 1 and any(sign in text.lower() for sign in _SIGNS))


def only_insults(tokens: Sequence[str]) -> bool:
    """Insults and nothing that could be a matter; one word more than that, and it is a complaint in anger."""
    return not _INSULTS.isdisjoint(tokens) and all(token in _INSULTS or token in _AROUND for token in tokens)


def coarse(tokens: Sequence[str]) -> bool:
    """An insult is among the words."""
    return not _INSULTS.isdisjoint(tokens)


@lru_cache(maxsize=1)
def _advertising() -> Lexicon:
    return Lexicon(("advertising", phrase) for phrase in _ADVERTISING)
