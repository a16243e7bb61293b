"""What a text is for: a complaint, a question about one, a command, or only politeness. In doubt it is a complaint; nothing is dropped."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from normalizer import misuse, tracking
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
_DONE = frozenset(
    "lampunya lampu jalannya jalan lubangnya airnya air sampahnya sampah salurannya nyala menyala hidup terang ditambal diperbaiki diaspal "  # noqa: SIM905
    "diangkut dibersihkan lancar beres selesai normal bagus rapi tuntas mengalir lagi cepat ditangani".split()
)
"""With thanks, they say that it is done; with anything else beside them it is a complaint."""
_NOT_YET = frozenset("belum tidak bukan tapi tetapi cuma hanya jangan masih".split())  # noqa: SIM905
_FILLER_WORDS = """
status cek nomor no laporan lapor tiket saya aduan pengaduan kode tracking id dengan bagaimana kelanjutan perkembangan tindak lanjut
tindaklanjut progress progres sudah sampai mana mohon info informasi tolong terkait untuk dari atas yang ini itu kapan halo admin
bapak ibu selamat pagi siang sore malam ya nya di apa apakah ada kabar hasil hasilnya kabarnya statusnya ditindaklanjuti diproses
belum ditanggapi dijawab izin bertanya tanya menanyakan mau ingin my report number please check what is the of mengecek lacak melacak
laporannya kelanjutannya perkembangannya terima kasih gimana kok ko tidak mas mbak kak assalamualaikum
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
    r"^\W*(?:(?:ini )?(?:lapor(?:an)?|aduan|pengaduan|keluhan) (?:yang )?(?:baru|lain)\b(?! (?:saja|aja|ini|lagi|itu|dibuat))"
    r"|(?:a )?(?:new|another) (?:report|complaint)\b)[\W_]*",
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
    "bernama": "bernama tampilkan_nama",
    "terbuka": "terbuka tidak_rahasia",
    "lokasi": "lokasi location kirim_lokasi",
    "beres": "beres",
    "belum_beres": "belum_beres",
}
_COMMANDS = {spelling: command for command, spellings in _SPELLED.items() for spelling in spellings.split()}
_SPOKEN_COMMANDS = frozenset(_COMMANDS) - {"cek", "laporan", "report", "baru", "bernama", "terbuka", "beres", "belum_beres"}
"""The ones that count without a slash, when they are the whole message."""
_ABOUT_ONE = re.compile(
    r"^\W*(cabut|anonim|rahasia(?:kan)?|lokasi|batal(?:kan)?|tampilkan nama|tidak rahasia|belum beres|beres)"
    r"(?: laporan)?(?: saya)?(?: nomor| no\.?)?[\s:]+",
    re.IGNORECASE,
)
"""A choice about a complaint that is named by its number: "cabut CMH-…"."""
_SHOWN_AGAIN = {
    **dict.fromkeys(
        ("tampilkan nama", "tampilkan nama saya", "tidak anonim", "jangan anonim", "tidak usah anonim", "show my name"), "bernama"
    ),
    **dict.fromkeys(
        ("tidak rahasia", "jangan rahasiakan", "jangan dirahasiakan", "tidak usah dirahasiakan", "not confidential"), "terbuka"
    ),
}
"""A wish to be hidden, taken back."""
_NEVER_MIND = frozenset({"tidak jadi", "tidak jadi lapor", "tidak jadi min", "tidak jadi admin", "batalkan laporan", "batal lapor"})
_FRIENDLY = re.compile(r"^(?=.*\S)[\s🙏👍👌😊🙂😁👏🤝❤✅\ufe0f\U0001f3fb-\U0001f3ff]+$", re.DOTALL)
_TAKES_WORDS = frozenset({"lapor", "baru"})
_STATUS_WORDS_AT_MOST = 12
_ASKS_ERASURE = re.compile(
    r"\b(?:hapus(?:kan|in)?|delete|erase|remove) (?:semua |seluruh |all )?(?:my )?(?:data|akun|laporan|aduan|pengaduan|identitas"
    r"|nomor|nik|foto|report|account)(?: (?:diri|pribadi|personal|data|laporan|aduan|lama)){0,2} ?(?:saya|kami|pribadi|ini|data)?\b"
    r"|\b(?:mohon|tolong|minta|meminta|harap|ingin|mau|agar) (?:\w+ ){0,3}?(?:data|akun|laporan|aduan|identitas)(?: diri| pribadi)?"
    r" (?:saya|kami) (?:\w+ )?(?:dihapus|dihapuskan)$"
)
_ERASED_BY_OTHERS = frozenset("oleh kenapa kok dtks bansos pkh bpnt kk dukcapil disdukcapil bpjs sekolah jalan".split())  # noqa: SIM905
_ERASURE_WORDS_AT_MOST = 16


@dataclass(frozen=True, slots=True)
class Intent:
    outcome: Outcome
    reason: str | None = None
    command: str | None = None
    tracking_number: str | None = None
    starts_new: bool = False
    text: str = ""
    """What is left when the command or "laporan baru" is taken off."""
    rule: str = "in_doubt_a_complaint"
    """The name of the rule that decided."""


@dataclass(frozen=True, slots=True)
class Heard:
    text: str
    tokens: Sequence[str]
    number: str | None
    """In stored form, where the text quotes one of ours."""
    prefix: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One question; None: it has nothing to say, the next one is asked."""

    name: str
    question: str
    ask: Callable[[Heard], Intent | None]


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
        return Intent(Outcome.COMPLAINT, tracking_number=_printed(number), text=text, rule="came_with_evidence")
    heard = Heard(text, tokens, number, prefix)
    for rule in CHAIN:
        meant = rule.ask(heard)
        if meant is not None:
            return replace(meant, rule=rule.name)
    return Intent(Outcome.COMPLAINT, tracking_number=_printed(number), text=text)


def _one_word(heard: Heard) -> Intent | None:
    spoken = len(heard.tokens) == 1 and heard.tokens[0] in _SPOKEN_COMMANDS
    return Intent(Outcome.COMMAND, command=_COMMANDS[heard.tokens[0]]) if spoken else None


def _never_mind(heard: Heard) -> Intent | None:
    said = len(heard.tokens) <= 3 and " ".join(heard.tokens) in _NEVER_MIND
    return Intent(Outcome.COMMAND, command="batal") if said else None


def _shown_again(heard: Heard) -> Intent | None:
    command = _SHOWN_AGAIN.get(" ".join(heard.tokens))
    return Intent(Outcome.COMMAND, command=command) if command else None


def _choice(heard: Heard) -> Intent | None:
    about = _ABOUT_ONE.match(heard.text)
    if not about or not heard.number or tracking.stored(heard.prefix, heard.text[about.end() :].strip(" .!\n")) != heard.number:
        return None
    return Intent(Outcome.COMMAND, command=_COMMANDS[about.group(1).lower().replace(" ", "_")], tracking_number=_printed(heard.number))


def _friendly(heard: Heard) -> Intent | None:
    return Intent(Outcome.SET_ASIDE, "thanks", text=heard.text) if not heard.tokens and _FRIENDLY.match(heard.text) else None


def _status(heard: Heard) -> Intent | None:
    asks = _is_status_query(heard.text, heard.tokens, heard.number, heard.prefix)
    return Intent(Outcome.STATUS_QUERY, "asks_status", tracking_number=_printed(heard.number), text=heard.text) if asks else None


def _thanks(heard: Heard) -> Intent | None:
    known = _THANKS | _GREETING | (_DONE if _NOT_YET.isdisjoint(heard.tokens) and "sudah" in heard.tokens else frozenset())
    only = set(heard.tokens) & _THANKING and all(token in known for token in heard.tokens)
    return _aside("thanks", heard) if only else None


def _greeting(heard: Heard) -> Intent | None:
    return _aside("greeting", heard) if heard.tokens and all(token in _GREETING for token in heard.tokens) else None


def _erasure(heard: Heard) -> Intent | None:
    """UU 27/2022 gives everyone this right; a person carries it out."""
    if len(heard.tokens) > _ERASURE_WORDS_AT_MOST or not _ERASED_BY_OTHERS.isdisjoint(heard.tokens):
        return None
    return _to_a_person("erasure_request", heard) if _ASKS_ERASURE.search(" ".join(heard.tokens)) else None


def _spam(heard: Heard) -> Intent | None:
    return _to_a_person("spam", heard) if misuse.advertises(heard.text, heard.tokens) else None


def _abuse(heard: Heard) -> Intent | None:
    return _to_a_person("abuse", heard) if misuse.only_insults(heard.tokens) else None


CHAIN = (
    Rule("one_word_command", "Is the whole message one command word?", _one_word),
    Rule("never_mind", "Does it take back what was begun?", _never_mind),
    Rule("shown_again", "Does it take back the wish to be hidden?", _shown_again),
    Rule("choice_about_number", "Is it a choice about a complaint that is named by its number?", _choice),
    Rule("friendly_signs", "Is it only a friendly sign, without a word?", _friendly),
    Rule("asks_status", "Does it only ask how a complaint goes on?", _status),
    Rule("only_thanks", "Does it only say thanks?", _thanks),
    Rule("only_greeting", "Does it only greet?", _greeting),
    Rule("asks_erasure", "Does it ask to have its own words or person erased?", _erasure),
    Rule("advertising", "Does it only advertise?", _spam),
    Rule("only_insults", "Does it only insult?", _abuse),
)
"""Asked in this order; the first that knows decides. Where none does, it is a complaint."""


def _aside(reason: str, heard: Heard) -> Intent:
    return Intent(Outcome.SET_ASIDE, reason, tracking_number=_printed(heard.number), text=heard.text)


def _to_a_person(reason: str, heard: Heard) -> Intent:
    return Intent(Outcome.TRIAGE, reason, tracking_number=_printed(heard.number), text=heard.text)


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
        return Intent(Outcome.COMPLAINT, tracking_number=_printed(number), starts_new=True, text=told, rule="command_with_words")
    return Intent(
        Outcome.COMMAND, command=command, tracking_number=_printed(number), starts_new=command == "baru", text=told, rule="command"
    )


def _new(rest: str, number: str | None, other_evidence: bool) -> Intent:
    told = rest.strip()
    if told or other_evidence:
        return Intent(Outcome.COMPLAINT, tracking_number=_printed(number), starts_new=True, text=told, rule="says_new_report")
    return Intent(Outcome.COMMAND, command="baru", starts_new=True, rule="says_new_report")


def _printed(number: str | None) -> str | None:
    return tracking.printed(number) if number else None
