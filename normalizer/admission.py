"""Which public posts become complaints by themselves. Most mentions of a city are publicity, help desks and talk among neighbours.

In doubt a person decides (triage): nothing is dropped, and nobody gets a number for a joke.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from config.profile import Profile
from connectors.contract import Inbound
from normalizer.complaint import Classification, Location, Outcome, Suggestion, Urgency
from normalizer.wording import Lexicon, listed

_TROUBLE = listed(
    """
    rusak, hancur, berlubang, bolong, amblas, ambles, retak, mati, padam, gelap, mampet, tersumbat, kotor, bau, menumpuk, berserakan, 
    banjir, genangan, tergenang, macet, bocor, tumbang, roboh, miring, longsor, liar, bising, berisik, keruh, kering, hilang, dicuri, rawan,
    terganggu, mengganggu, meresahkan, resah, lambat, telat, parah, bahaya, berbahaya, jatuh, celaka, licin, semrawut, kumuh, polusi, asap,
    belum diperbaiki, belum diangkut, belum ditangani, tidak diangkut, tidak diperbaiki, tidak berfungsi, tidak mengalir, tidak menyala,
    tidak nyala, tidak keluar, tidak ada petugas, tidak ditanggapi, tidak ada tindakan, dibiarkan, terbengkalai, mangkrak, susah, sulit,
    dipersulit, ditolak, kasar, pungli, suap, korupsi, dimintai uang, calo, keluhan, mengeluh, kecewa, lapor, melapor, laporan, aduan,
    mengadu, pengaduan, tolong diperbaiki, tolong ditindak, tolong ditertibkan, mohon diperbaiki, mohon ditindaklanjuti, mohon dicek,
    kapan diperbaiki, kapan diangkut, kapan dibenerin, benerin, broken, pothole, garbage, leaking, please fix
    """
)
_PUBLICITY = listed(
    """
    dalam rangka, menghadiri, dihadiri, peresmian, meresmikan, dirgahayu, hari jadi, selamat hari, selamat ulang tahun, hut ke, sosialisasi,
    kunjungan kerja, apel pagi, upacara, rapat koordinasi, penghargaan, apresiasi, bangga, lowongan, loker, giveaway, promo, diskon, jual,
    open order, followback, saksikan, live streaming, siaran pers, yuk ikuti, ayo ikuti
    """
)
_HELP_DESK = listed(
    """
    mohon maaf atas ketidaknyamanan, maaf atas ketidaknyamanan, mohon maaf atas kendala, terima kasih atas laporan, terima kasih atas
    informasinya kami teruskan, laporan kakak, silakan dm, silahkan dm, mohon dm, via dm, cek dm, kirim dm, melalui dm, direct message,
    kami bantu cek, dapat kami bantu, nomor tiket, sudah kami teruskan, akan kami teruskan, kami tindaklanjuti, tim kami
    """
)
_OFFICES = listed(
    """
    dinas, diskominfo, dishub, disdukcapil, satpol, damkar, bpbd, pemkot, pemkab, pemprov, pemda, humas, polres, polsek, polda, kodim,
    koramil, kelurahan, kecamatan, puskesmas, rsud, kementerian, kemen, bappeda, dprd, kpu, bawaslu, prokopim
    """
)
WAITING = frozenset({"search", "not_addressed", "unclear"})
"""The reasons for which a post waits for a person."""
_MENTIONS = 6
"""More names than this in one post address nobody."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """Why a post is no complaint by itself."""

    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the normaliser's steps found in the post. tokens: `wording.words` of its own words."""

    tokens: Sequence[str]
    suggestions: Sequence[Suggestion] = ()
    location: Location = field(default_factory=Location)
    classification: Classification = Classification.COMPLAINT
    urgency: Urgency = Urgency.NORMAL


def judge(inbound: Inbound, told: Told, profile: Profile, *, complains: bool) -> Ruling | None:
    """None: let it in. complains: the intent took it for a complaint; commands and questions of state stand without it."""
    if _speaks_for_government(inbound, profile):
        return Ruling(Outcome.SET_ASIDE, "government")
    addressed = inbound.extra.get("addressed") is True
    if (
        not addressed
        and inbound.in_reply_to is not None
        and (_finds(_help_desk(), told.tokens) or inbound.extra.get("verified") == "business")
    ):
        return Ruling(Outcome.SET_ASIDE, "help_desk")
    if profile.admission == "off":
        return Ruling(Outcome.SET_ASIDE, "admission_off")
    if inbound.extra.get("source") == "search":
        return Ruling(Outcome.TRIAGE, "search")
    if not complains:
        return None if addressed else Ruling(Outcome.TRIAGE, "not_addressed")
    if profile.admission == "always":
        return None
    if not addressed or inbound.text.count("@") > _MENTIONS:
        return Ruling(Outcome.TRIAGE, "not_addressed")
    return None if _reads_as_complaint(told) and not _sounds_like_office(inbound) else Ruling(Outcome.TRIAGE, "unclear")


def _speaks_for_government(inbound: Inbound, profile: Profile) -> bool:
    """On the profile's list, or with the mark that X gives to offices."""
    handle = (inbound.sender.address or "").lower().removeprefix("@")
    listed_accounts = {each.lower().removeprefix("@") for each in profile.government_accounts}
    return handle in listed_accounts or inbound.extra.get("verified") == "government"


def _sounds_like_office(inbound: Inbound) -> bool:
    """An office that is on no list yet, or a help desk that talks to us: a person looks."""
    name = f"{inbound.sender.name or ''} {inbound.sender.address or ''}".lower().replace("@", " ").replace("_", " ").split()
    return any(word.startswith(office) for word in name for office in _OFFICES)


def _reads_as_complaint(told: Told) -> bool:
    """Something is wrong, and it is said with what or where; publicity and help desks use the same nouns."""
    if _finds(_publicity(), told.tokens) or _finds(_help_desk(), told.tokens):
        return False
    if told.urgency is Urgency.EMERGENCY or told.classification is Classification.SUPERVISORY:
        return True
    placed = bool(told.location.text or told.location.region_code or told.location.lat is not None)
    return _finds(_trouble(), told.tokens) and (bool(told.suggestions) or placed)


def _finds(lexicon: Lexicon, tokens: Sequence[str]) -> bool:
    return bool(lexicon.find(tokens))


@lru_cache(maxsize=1)
def _trouble() -> Lexicon:
    return Lexicon(("trouble", phrase) for phrase in _TROUBLE)


@lru_cache(maxsize=1)
def _publicity() -> Lexicon:
    return Lexicon(("publicity", phrase) for phrase in _PUBLICITY)


@lru_cache(maxsize=1)
def _help_desk() -> Lexicon:
    return Lexicon(("help_desk", phrase) for phrase in _HELP_DESK)
