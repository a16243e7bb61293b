"""Personal data in a text: where it stands, how it is masked, and what the citizen asked to keep hidden. Decided here, for every screen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from normalizer import numbers, sensitive
from normalizer.complaint import PersonalData

MASK = "•"
_ROUNDS = 5

_LONG_NUMBER = re.compile(r"\d{16,}")
_GROUPED_NUMBER = re.compile(r"\d(?:[ .\-\u00a0]?\d){15,}")
_NEVER_A_SUM = 48
"""Digits in a row that no date, sum or account has: covered without a look."""
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}")
_PHONE = re.compile(r"(?<![\w+])(?:\+\s?62|62|0)[ \-.]?(?:\(0\)[ ]?)?[1-9](?:[ \-.()]{0,2}\d){6,12}(?!\d)")

_WORD_CHARACTER = re.compile(r"\w")
_INNER_LETTER = re.compile(r"(?<=\w)\w|(?<=\w['.])\w")

_HIDE_NAME = re.compile(
    r"\b(?:anonim|(?:nama|identitas|data)(?: diri)?(?: saya| kami| pelapor)?(?: \w+){0,3} ?(?:di)?rahasia(?:kan)?"
    r"|rahasiakan (?:nama|identitas|data)|jangan (?:sebut|sebutkan|cantumkan|tampilkan|publikasikan) (?:nama|identitas)"
    r"|(?:mohon|tolong|harap) (?:di)?rahasiakan|tanpa nama)\b"
)
_HIDE_REPORT = re.compile(
    r"\b(?:(?:laporan|aduan|pengaduan)(?: saya)?(?: ini)?(?: mohon| tolong| harap)?(?: bersifat| di)? ?rahasia(?:kan)?"
    r"|rahasiakan (?:laporan|aduan|pengaduan)|jangan (?:di ?)?publikasikan|(?:mohon|tolong|harap) (?:di)?rahasiakan\s*(?:$|[.,!]))"
)


_FAMILY_CARD = re.compile(r"\b(?:kk|kartu keluarga)\b[^\d\n]{0,25}$", re.IGNORECASE)
_IDENTITY = re.compile(r"\b(?:nik|ktp|no\.? induk)\b[^\d\n]{0,25}$", re.IGNORECASE)
_NAMES = re.compile(r"\batas nama|\ba\.\s?n\b|\ba/n\b|\ban\.", re.IGNORECASE)
_FLAGS = frozenset(sensitive.KINDS)


def find(text: str) -> list[PersonalData]:
    """Spans of personal data, in order, never overlapping.

    nik: checked, or named so; kk: a family card's number; card: by its Luhn digit; account; number: 16 digits and more that are none
    of these, covered all the same; email; phone; plate; name: after "atas nama".
    """
    spans: list[PersonalData] = []
    digits = numbers.digits(text)
    if digits >= 8:
        spans += [_named(text, span) for span in _spans("nik", _LONG_NUMBER, text, spans)]
        grouped = [span for span in _spans("nik", _GROUPED_NUMBER, text, spans) if _holds_nik(text[span.start : span.end])]
        spans += [_named(text, span) for span in grouped]
        spans += _free("card", numbers.cards(text), spans)
    if "@" in text:
        spans += _spans("email", _EMAIL, text, spans)
    if digits >= 8:
        spans += _free("account", numbers.accounts(text), spans)
        spans += _spans("phone", _PHONE, text, spans)
    if digits:
        spans += _free("plate", numbers.plates(text), spans)
    if _NAMES.search(text):
        spans += _free("name", numbers.names(text), spans)
    return sorted(spans, key=lambda span: span.start)


def flagged(text: str, found: Sequence[PersonalData]) -> list[PersonalData]:
    """`found`, and the words about health and children beside it: marks for people, never covered."""
    spans = list(found)
    for kind, start, end in sensitive.spans(text):
        spans += _free(kind, [(start, end)], spans)
    return sorted(spans, key=lambda span: span.start)


def sensitive_kinds(spans: Iterable[PersonalData]) -> list[str]:
    """Why a complaint is sensitive: health, child."""
    kinds = {span.kind for span in spans}
    return [kind for kind in sensitive.KINDS if kind in kinds]


def flags(kept: Iterable[Mapping[str, Any]] | None) -> list[str]:
    """`sensitive_kinds` of spans as they are stored."""
    kinds = {span["kind"] for span in kept or ()}
    return [kind for kind in sensitive.KINDS if kind in kinds]


def covered_for_viewers(text: str) -> str:
    """What a viewer reads of a sensitive complaint: numbers and names as for everybody, and the words about health and children."""
    shown = masked(text)
    for _, start, end in list(sensitive.spans(shown)):
        shown = shown[:start] + _WORD_CHARACTER.sub(MASK, shown[start:end]) + shown[end:]
    return shown


def masked_span(text: str, span: PersonalData) -> str:
    """One span as it is shown to people who must not see it; the words of a flag as they stand."""
    return _cover(span.kind, text[span.start : span.end])


def mask(text: str, spans: Iterable[PersonalData]) -> str:
    """The text with the spans covered, as long as before: of a number the first four digits stay, of a mail address the domain, of a name
    the first letters, of a plate its letters."""
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
    """`mask` over everything that `find` finds, and over what looks like a number only once its neighbour is covered."""
    for _ in range(_ROUNDS):
        shown = mask(text, find(text))
        if shown == text:
            break
        text = shown
    return text


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
    if kind in _FLAGS:
        return words
    if kind == "name":
        return _INNER_LETTER.sub(MASK, words)
    stay = 0 if kind == "plate" else 4
    kept = 0
    covered = []
    for character in words:
        kept += character.isdigit()
        covered.append(MASK if character.isdigit() and kept > stay else character)
    return "".join(covered)


def _named(text: str, span: PersonalData) -> PersonalData:
    """What a long number is: the word before it tells, else its own check."""
    before, digits = text[max(0, span.start - 45) : span.start], [int(one) for one in text[span.start : span.end] if one.isdecimal()]
    if _FAMILY_CARD.search(before):
        return span.model_copy(update={"kind": "kk"})
    if _IDENTITY.search(before) or _holds_nik(text[span.start : span.end]):
        return span
    card = digits[:1] and digits[0] in (3, 4, 5, 6) and len(digits) <= 19 and numbers.luhn(digits)
    return span.model_copy(update={"kind": "card" if card else "number"})


def _holds_nik(grouped: str) -> bool:
    from stdnum.id import nik  # loads its tables of regions on first use

    digits = "".join(str(int(character)) for character in grouped if character.isdecimal())
    return len(digits) > _NEVER_A_SUM or any(nik.is_valid(digits[start : start + 16]) for start in range(len(digits) - 15))


def _free(kind: str, found: Iterable[tuple[int, int]], taken: Sequence[PersonalData]) -> list[PersonalData]:
    """Those that touch nothing known, nor one another."""
    new: list[PersonalData] = []
    for start, end in found:
        if all(end <= old.start or start >= old.end for old in (*taken, *new)):
            new.append(PersonalData(kind=kind, start=start, end=end))
    return new


def _spans(kind: str, pattern: re.Pattern[str], text: str, taken: Sequence[PersonalData]) -> list[PersonalData]:
    found = (PersonalData(kind=kind, start=match.start(), end=match.end()) for match in pattern.finditer(text))
    return [new for new in found if all(new.end <= old.start or new.start >= old.end for old in taken)]
