"""Personal data in a text: where it stands, how it is masked, and what the citizen asked to keep hidden."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from normalizer.complaint import PersonalData

MASK = "•"

_LONG_NUMBER = re.compile(r"\d{16,}")
_GROUPED_NUMBER = re.compile(r"\d(?:[ .\-\u00a0]?\d){15,}")
_NEVER_A_SUM = 48
"""Digits in a row that no date, sum or account has: covered without a look."""
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}")
_PHONE = re.compile(r"(?<![\w+])(?:\+\s?62|62|0)[ \-.]?(?:\(0\)[ ]?)?[1-9](?:[ \-.()]{0,2}\d){6,12}(?!\d)")

_HIDE_NAME = re.compile(
    r"\b(?:anonim|(?:nama|identitas|data)(?: diri)?(?: saya| kami| pelapor)?(?: \w+){0,3} ?(?:di)?rahasia(?:kan)?"
    r"|rahasiakan (?:nama|identitas|data)|jangan (?:sebut|sebutkan|cantumkan|tampilkan|publikasikan) (?:nama|identitas)"
    r"|(?:mohon|tolong|harap) (?:di)?rahasiakan|tanpa nama)\b"
)
_HIDE_REPORT = re.compile(
    r"\b(?:(?:laporan|aduan|pengaduan)(?: saya)?(?: ini)?(?: mohon| tolong| harap)?(?: bersifat| di)? ?rahasia(?:kan)?"
    r"|rahasiakan (?:laporan|aduan|pengaduan)|jangan (?:di ?)?publikasikan|(?:mohon|tolong|harap) (?:di)?rahasiakan\s*(?:$|[.,!]))"
)


def find(text: str) -> list[PersonalData]:
    """Spans of NIK (and other numbers of 16 digits and more), mail addresses and phone numbers, in order, never overlapping."""
    spans: list[PersonalData] = []
    numbers = sum(map(str.isdigit, text)) >= 8
    if numbers:
        spans += _spans("nik", _LONG_NUMBER, text, spans)
        spans += [span for span in _spans("nik", _GROUPED_NUMBER, text, spans) if _holds_nik(text[span.start : span.end])]
    if "@" in text:
        spans += _spans("email", _EMAIL, text, spans)
    if numbers:
        spans += _spans("phone", _PHONE, text, spans)
    return sorted(spans, key=lambda span: span.start)


def mask(text: str, spans: Iterable[PersonalData]) -> str:
    """The text with the spans covered, as long as before: the first four digits of a number and the domain of an address stay."""
    pieces: list[str] = []
    reached = 0
    for span in sorted(spans, key=lambda span: span.start):
        start = max(span.start, reached)
        pieces.append(text[reached:start])
        pieces.append(_cover(span.kind, text[start : span.end]))
        reached = max(reached, span.end)
    pieces.append(text[reached:])
    return "".join(pieces)


def masked(text: str) -> str:
    """`mask` over everything that `find` finds."""
    return mask(text, find(text))


def wishes(text: str) -> tuple[bool, bool]:
    """(anonymous, confidential): what the words ask for."""
    low = text.lower()
    if "rahasia" not in low and "anonim" not in low and "jangan" not in low and "tanpa nama" not in low:
        return False, False
    return bool(_HIDE_NAME.search(low)), bool(_HIDE_REPORT.search(low))


def _cover(kind: str, words: str) -> str:
    if kind == "email":
        local, _, domain = words.rpartition("@")
        return local[:1] + MASK * max(len(local) - 1, 1 if len(local) == 0 else 0) + "@" + domain
    kept = 0
    covered = []
    for character in words:
        kept += character.isdigit()
        covered.append(MASK if character.isdigit() and kept > 4 else character)
    return "".join(covered)


def _holds_nik(grouped: str) -> bool:
    from stdnum.id import nik  # loads its tables of regions on first use

    digits = "".join(str(int(character)) for character in grouped if character.isdecimal())
    return len(digits) > _NEVER_A_SUM or any(nik.is_valid(digits[start : start + 16]) for start in range(len(digits) - 15))


def _spans(kind: str, pattern: re.Pattern[str], text: str, taken: Sequence[PersonalData]) -> list[PersonalData]:
    found = (PersonalData(kind=kind, start=match.start(), end=match.end()) for match in pattern.finditer(text))
    return [new for new in found if all(new.end <= old.start or new.start >= old.end for old in taken)]
