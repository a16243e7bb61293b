"""The title: the first telling sentence, without greetings and preambles, fit for a list that many people see."""

from __future__ import annotations

import re

from normalizer import privacy
from normalizer.characters import cut, one_line

LIMIT = 100
_MIN_LETTERS = 8
_SHOUT_LETTERS = 5
"""Of a word that is cried out before the sentence: "Banjir!!! Di Melong ..."."""

_ADDRESSEE = (
    r"(?:bapak|pak|bpk|ibu|bu|mas|mbak|kang|teh|min|mimin|admin|kak|kakak|gan|bang|om|sdr|saudara|yth|yang terhormat|kepada|kpd"
    r"|walikota|wali kota|wali|bupati|mas bup|pak bup|camat|lurah|kominfo|diskominfo|dinas|pemkot|pemda|semua|sekalian|dan|/"
    r"|gubernur|presiden|petugas|operator|terhormat)"
)
_OPENING = re.compile(
    r"^(?:[\W_]*(?:"
    r"(?:as?sala+m[uo]?'? ?'?al+a?i?kum(?: ?w(?:r|arah?matull?ah)?\.? ?(?:w(?:b|abarakatuh))?\.?)?|asw+b?|wassalam|salam(?: sejahtera| "
    r"sehat| hormat)?|shalom|om swastiastu|namo buddhaya)"
    r"|(?:selamat|met|slmt|slamat)\s+(?:pagi|siang|sore|malam|malem)|(?:pagi|siang|sore|malam|malem)(?=[\s,]+(?:pak|bu|bapak|ibu|min"
    r"|admin|kak|mas|mbak)\b)"
    r"|good (?:morning|afternoon|evening|day)|halo+|hallo+|hai+|hi+|hello+|hey|dear|sampurasun|punten|kulo nuwun|permisi|maaf"
    r"|mohon maaf|nuwun sewu|bismillah|perkenalkan"
    rf"|{_ADDRESSEE}(?=[\s,.:!]|$)"
    r"|(?:mohon |minta )?(?:izin|ijin)(?: untuk)?(?: (?:lapor|melapor(?:kan)?|bertanya|tanya|mengadu|menyampaikan|melaporkan))?"
    r"|numpang (?:tanya|lapor)|mau (?:lapor|melapor(?:kan)?|ngadu|mengadu(?:kan)?)|ingin (?:lapor|melapor(?:kan)?|mengadu(?:kan)?"
    r"|menyampaikan)"
    r"|(?:(?:saya|kami|aku|sy)(?: \w+)? )?(?:(?:mau|ingin|hendak|bermaksud|akan) )?(?:lapor(?:kan)?|melapor(?:kan)?|mengadu(?:kan)?"
    r"|menyampaikan|sampaikan|adukan)(?: (?:bahwa|tentang|mengenai|soal|terkait|keluhan|pengaduan|aduan|laporan|adanya))*"
    r"|(?:bersama|dengan) ini(?: (?:saya|kami))?(?: (?:melaporkan|menyampaikan|mengadukan))?(?: bahwa)?|dengan hormat"
    r"|lapor(?: (?:pak|bu|min))?(?=[\s:,.!-])|laporan(?: (?:baru|warga))?(?=\s*[:\-])|(?:aduan|pengaduan|keluhan)(?= ?[:\-])"
    r"|perihal|hal(?=\s*:)"
    r"|subject(?=\s*:)|judul(?=\s*:)|isi(?: laporan| aduan)?(?=\s*:)"
    r")(?![A-Za-z])[\s,.:;!\-–]*)+",
    re.IGNORECASE,
)  # fmt: skip
_INTRODUCTION = re.compile(
    r"^(?:nama saya|saya|kami|perkenalkan)\b[^.!?\n]{0,80}\b(?:warga|penduduk|tinggal di|dari rt|dari rw|dari kelurahan"
    r"|selaku)\b[^.!?\n,]{0,60}[.!\n,]+\s*|^(?:nama saya|saya|kami|perkenalkan)\b[^!?\n]{0,160}?\b(?:mau|ingin|hendak"
    r"|bermaksud) (?=lapor|melapor|mengadu|menyampaikan)",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
_SENTENCE_END = re.compile(
    r"(?<=[!?])\s+|(?<!\b[Jj]l)(?<!\b[Nn]o)(?<!\b[Jj]ln)(?<!\b[Gg]g)(?<!\b[Kk]el)(?<!\b[Kk]ec)(?<!\b[Kk]p)(?<!\b[Rr]t)(?<!\b[Rr]w)"
    r"(?<!\bRT)(?<!\bRW)(?<!\b[Jj]end)(?<!\b[Kk]ol)(?<!\b[Ii]r)(?<!\b[Dd]r)(?<!\b[Hh])(?<!\ba\.n)(?<!\ba\. n)(?<!\b[Bb]pk)\.\s+|\n+"
)
_FORWARD_MARK = r"fwd?|wg|tr|rv|enc|pd|vb|redir\.?|i|vl|videresend|doorst|továbbítás|terusan|trs|diteruskan|teruskan|转发|轉寄"
_FORWARDED = re.compile(rf"^\s*\[?(?:{_FORWARD_MARK})\s*[:：]", re.IGNORECASE)
_REPLY_MARK = re.compile(
    rf"^\s*\[?(?:(?:re|balas|bls|aw|antw|sv|odp|res|ynt|回复|答复|{_FORWARD_MARK})\s*(?:\[\d+\]|\(\d+\))?\s*[:：]\s*)+(?P<rest>.*?)\s*$",
    re.IGNORECASE | re.DOTALL,
)
_EMPTY_SUBJECT = re.compile(
    r"^\W*(?:\(?(?:no subject|tanpa subjek|tidak ada subjek|tanpa judul)\)?|lapor(?:an)?|aduan|pengaduan|keluhan|komplain|complaint"
    r"|report|halo|hello|hi|test|tes|mohon bantuan|laporan (?:warga|masyarakat|pengaduan)|pengaduan (?:masyarakat|warga)"
    r"|aduan (?:warga|masyarakat)|penting|urgent|info|tolong|foto|gambar|image|photo|video)?\W*$",
    re.IGNORECASE,
)
_WITHOUT_WORDS = {
    "image": "Laporan foto tanpa keterangan",
    "video": "Laporan video tanpa keterangan",
    "voice": "Laporan suara tanpa keterangan",
    "audio": "Laporan suara tanpa keterangan",
    "place": "Laporan lokasi tanpa keterangan",
}


def tells(subject: str) -> bool:
    """Whether a mail's subject says what it is about."""
    return not _EMPTY_SUBJECT.match(without_marks(subject)) and _letters(without_opening(without_marks(subject))) >= _MIN_LETTERS


def of(subject: str | None, body: str) -> str:
    """At most LIMIT characters, numbers of persons covered: the subject if it tells something, else the body's first telling sentence."""
    if subject and tells(subject):
        return _shape(without_opening(without_marks(subject)))
    return _shape(first_telling(body) or one_line(subject or "", LIMIT) or "Laporan tanpa keterangan")


def without_words(kinds: list[str]) -> str:
    """The title of evidence that came without a word. kinds: of the attachments (`Attachment.kind`), `place` for a pin."""
    if not kinds:
        return "Laporan tanpa keterangan"
    return next((_WITHOUT_WORDS[kind] for kind in kinds if kind in _WITHOUT_WORDS), "Laporan berkas tanpa keterangan")


def without_marks(subject: str) -> str:
    """The subject without Re:, Fwd:, Bls:, Trs:."""
    match = _REPLY_MARK.match(subject)
    return (match.group("rest").strip() or subject.strip()) if match else subject.strip()


def answers(subject: str) -> bool:
    """The subject is another mail's, answered (Re:)."""
    return without_marks(subject) != subject.strip() and not passes_on(subject)


def passes_on(subject: str) -> bool:
    """The subject says that the mail was forwarded (Fwd:, WG:, Trs:)."""
    return bool(_FORWARDED.match(subject))


def without_opening(text: str) -> str:
    """The text after greetings, addressees and "izin lapor"."""
    return _OPENING.sub("", text[:4_000], count=1).strip(" \n\t,.:;!–") if text else ""


def first_telling(body: str) -> str:
    rest = without_opening(_LINK.sub(" ", body[:4_000]))
    rest = without_opening(_INTRODUCTION.sub("", rest, count=1)) or rest
    fallback = ""
    for sentence in _SENTENCE_END.split(rest[:2_000]):
        said = without_opening(sentence) or ""
        if _letters(said) >= _MIN_LETTERS:
            return f"{fallback} {said}" if fallback.endswith("!") else said
        fallback = fallback or (f"{said}!" if "!" in sentence and _letters(said) >= _SHOUT_LETTERS else said)
    return fallback or one_line(body, LIMIT)


def _shape(said: str) -> str:
    said = privacy.masked(one_line(said, 2_000)).strip(" ,.:;-–")
    letters = [character for character in said if character.isalpha()]
    if len(letters) > 12 and sum(map(str.isupper, letters)) > 0.8 * len(letters):
        said = said.lower()
    said = cut(said, LIMIT)
    return said[:1].upper() + said[1:] if said else "Laporan tanpa keterangan"


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))
