"""What a text is for: a complaint, a question about one, a command, or only politeness. In doubt it is a complaint; nothing is dropped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from normalizer import tracking
from normalizer.complaint import Outcome
from normalizer.wording import words

_GREETING_WORDS = """
assalamualaikum asalamualaikum assalamu assalammualaikum alaikum salam wr wb ww aswrwb warahmatullahi wabarakatuh warohmatullahi
wabarokatuh selamat pagi siang sore malam malem halo hallo hai hi hello hey hei p ping tes test testing permisi punten sampurasun kulo
bapak ibu admin kakak mas mbak kang teh gan bang om sejahtera shalom min mimin ya yth wali kota walikota bupati bup ada orang bot dear
good morning afternoon evening diskominfo kominfo ass askum aslm mlm pgi
"""
_GREETING = frozenset(_GREETING_WORDS.split())
_THANKS_WORDS = """
terima kasih hatur banyak atas bantuan bantuannya perhatian perhatiannya infonya informasinya responnya respon jawabannya ya bapak ibu
admin kakak mas mbak siap oke ok okay baik sip mantap alhamdulillah sudah kembali sangat kang teh thanks thank you thankyou very much
sama-sama dan untuk kerjasamanya kerja samanya semoga sehat selalu amin aamiin noted
"""
_THANKS = frozenset(_THANKS_WORDS.split())
_THANKING = frozenset("kasih thanks thank thankyou oke ok okay siap sip mantap baik noted alhamdulillah".split())  # noqa: SIM905
_FILLER_WORDS = """
status cek nomor no laporan lapor tiket saya aduan pengaduan kode tracking id dengan bagaimana kelanjutan perkembangan tindak lanjut
tindaklanjut progress progres sudah sampai mana mohon info informasi tolong terkait untuk dari atas yang ini itu kapan halo admin
bapak ibu selamat pagi siang sore malam ya nya di apa apakah ada kabar hasil hasilnya kabarnya statusnya ditindaklanjuti diproses
belum ditanggapi dijawab izin bertanya tanya menanyakan mau ingin my report number please check what is the of mengecek lacak melacak
laporannya kelanjutannya perkembangannya terima kasih gimana mas mbak kak assalamualaikum
"""
_FILLER = frozenset(_FILLER_WORDS.split())
_ASKS_STATUS = re.compile(
    r"\b(?:status(?:nya)? (?:laporan|aduan|pengaduan)|cek (?:status|laporan|aduan)"
    r"|(?:kelanjutan|perkembangan|tindak lanjut|progress?|kabar|hasil)(?:nya)? (?:dari |atas )?(?:laporan|aduan|pengaduan)"
    r"|(?:laporan|aduan|pengaduan)(?: saya| kami)?(?: \w+){0,3} (?:sudah sampai (?:di )?mana|sampai mana|bagaimana"
    r"|sudah ditindaklanjuti|sudah diproses)|lacak (?:laporan|aduan)"
    r"|kapan (?:laporan|aduan|pengaduan)(?: \w+){0,2} (?:ditindaklanjuti|diproses|selesai|ditanggapi|dijawab|ditangani)"
    r"|(?:laporan|aduan|pengaduan)(?: saya| kami) (?:kok )?(?:belum|tidak|masih)(?: \w+){0,2} (?:ditindaklanjuti|diproses|ditanggapi"
    r"|dijawab|ditangani|kabar|direspon)|status of my (?:report|complaint))\b"
)
_NEW_REPORT = re.compile(
    r"^\W*(?:ini )?(?:lapor(?:an)?|aduan|pengaduan|keluhan) (?:yang )?(?:baru|lain)\b(?! (?:saja|aja|ini|lagi|itu|dibuat))[\W_]*",
    re.IGNORECASE,
)
_SLASH = re.compile(r"^/([A-Za-z_]{2,32})(?:@\w+)?\s*")
_SPELLED = {
    "start": "start mulai",
    "lapor": "lapor laporan report",
    "baru": "baru",
    "status": "status cek",
    "bantuan": "bantuan help menu panduan",
    "batal": "batal batalkan cancel stop",
    "cabut": "cabut",
    "anonim": "anonim anonymous sembunyikan_nama",
    "rahasia": "rahasia rahasiakan confidential",
    "lokasi": "lokasi location kirim_lokasi",
}
_COMMANDS = {spelling: command for command, spellings in _SPELLED.items() for spelling in spellings.split()}
_SPOKEN_COMMANDS = frozenset(_COMMANDS) - {"cek", "laporan", "report", "baru"}
"""The ones that count without a slash, when they are the whole message."""
_ABOUT_ONE = re.compile(
    r"^\W*(cabut|anonim|rahasia(?:kan)?|lokasi|batal(?:kan)?)(?: laporan)?(?: saya)?(?: nomor| no\.?)?[\s:]+", re.IGNORECASE
)
"""A choice about a complaint that is named by its number: "cabut CMH-…"."""
_NEVER_MIND = frozenset({"tidak jadi", "tidak jadi lapor", "tidak jadi min", "tidak jadi admin", "batalkan laporan", "batal lapor"})
_FRIENDLY = re.compile(r"^(?=.*\S)[\s🙏👍👌😊🙂😁👏🤝❤✅\ufe0f\U0001f3fb-\U0001f3ff]+$", re.DOTALL)
_TAKES_WORDS = frozenset({"lapor", "baru"})
_STATUS_WORDS_AT_MOST = 12


@dataclass(frozen=True, slots=True)
class Intent:
    outcome: Outcome
    reason: str | None = None
    command: str | None = None
    tracking_number: str | None = None
    starts_new: bool = False
    text: str = ""
    """What is left when the command or "laporan baru" is taken off."""


def judge(text: str, tokens: Sequence[str], *, command: str | None, prefix: str, other_evidence: bool) -> Intent:
    """tokens: `wording.words(text)`. other_evidence: a file or a pin came with it, so that even a bare "halo" belongs to a complaint."""
    slash = _SLASH.match(text)
    rest = text[slash.end() :] if slash else text
    command, _, about = (command or "").partition(" ")  # a button may carry the number that it is about
    rest = f"{about} {rest}" if about else rest
    named = (command or (slash.group(1) if slash else "")).lower()
    if named in _COMMANDS or command:
        return _commanded(_COMMANDS.get(named, named), rest, prefix, other_evidence)
    number = tracking.find(prefix, text) or _bare_number(prefix, text)
    new = _NEW_REPORT.match(text)
    if new:
        return _new(text[new.end() :], number, other_evidence)
    if other_evidence:
        return Intent(Outcome.COMPLAINT, tracking_number=_printed(number), text=text)
    return _spoken(text, tokens, number, prefix)


def _spoken(text: str, tokens: Sequence[str], number: str | None, prefix: str) -> Intent:
    shown = _printed(number)
    if len(tokens) == 1 and tokens[0] in _SPOKEN_COMMANDS:
        return Intent(Outcome.COMMAND, command=_COMMANDS[tokens[0]])
    if len(tokens) <= 3 and " ".join(tokens) in _NEVER_MIND:
        return Intent(Outcome.COMMAND, command="batal")
    about = _ABOUT_ONE.match(text)
    if about and number and tracking.stored(prefix, text[about.end() :].strip(" .!\n")) == number:
        return Intent(Outcome.COMMAND, command=_COMMANDS[about.group(1).lower()], tracking_number=shown)
    if not tokens and _FRIENDLY.match(text):
        return Intent(Outcome.SET_ASIDE, "thanks", text=text)
    if _is_status_query(text, tokens, number, prefix):
        return Intent(Outcome.STATUS_QUERY, "asks_status", tracking_number=shown, text=text)
    if tokens and set(tokens) & _THANKING and all(token in _THANKS or token in _GREETING for token in tokens):
        return Intent(Outcome.SET_ASIDE, "thanks", tracking_number=shown, text=text)
    if tokens and all(token in _GREETING for token in tokens):
        return Intent(Outcome.SET_ASIDE, "greeting", tracking_number=shown, text=text)
    return Intent(Outcome.COMPLAINT, tracking_number=shown, text=text)


def _is_status_query(text: str, tokens: Sequence[str], number: str | None, prefix: str) -> bool:
    """A number and nothing but filler around it, also where the number is mistyped; or a short question about "my report"."""
    around = _number_like(prefix).sub(" ", text) if number is None else text
    mistyped = number is None and around != text
    if number or mistyped:
        rest = words(around)
        return all(token in _FILLER or (number and _of_number(token, number, prefix)) for token in rest)
    if len(tokens) > _STATUS_WORDS_AT_MOST:
        return False
    return bool(_ASKS_STATUS.search(" ".join(tokens))) and sum(token not in _FILLER for token in tokens) <= 2


def _bare_number(prefix: str, text: str) -> str | None:
    """The number without the city's letters, when it is the whole message."""
    bare = text.strip()
    return tracking.stored(prefix, bare) if len(bare) <= 12 and sum(map(str.isdigit, bare)) >= 2 else None


def _number_like(prefix: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(prefix)}[ \-–_]?[0-9A-Za-z]{{3,5}}[ \-–_]?[0-9A-Za-z]{{0,5}}\b", re.IGNORECASE)


def _of_number(token: str, number: str, prefix: str) -> bool:
    """The words that a number falls into when it is written with spaces or hyphens."""
    bare = token.replace("-", "").upper()
    return (
        tracking.stored(prefix, bare) == number
        or bare == prefix
        or (len(bare) in (4, 7) and sum(map(str.isdigit, bare)) > 0)
        or bare in number
    )


def _commanded(command: str, rest: str, prefix: str, other_evidence: bool) -> Intent:
    number = tracking.find(prefix, rest)
    told = _NEW_REPORT.sub("", rest).strip()  # the label of the button that was pressed
    if command in _TAKES_WORDS and (other_evidence or len(told.split()) >= 2):
        return Intent(Outcome.COMPLAINT, tracking_number=_printed(number), starts_new=True, text=told)
    return Intent(Outcome.COMMAND, command=command, tracking_number=_printed(number), starts_new=command == "baru", text=told)


def _new(rest: str, number: str | None, other_evidence: bool) -> Intent:
    told = rest.strip()
    if told or other_evidence:
        return Intent(Outcome.COMPLAINT, tracking_number=_printed(number), starts_new=True, text=told)
    return Intent(Outcome.COMMAND, command="baru", starts_new=True)


def _printed(number: str | None) -> str | None:
    return tracking.printed(number) if number else None
