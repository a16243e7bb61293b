"""Numbers and names that point at one person: cards, accounts, plates, names after "atas nama". Spans only; `privacy` covers them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from normalizer.wording import holds

Span = tuple[int, int]

_DIGIT = re.compile(r"\d")
_SIXTEEN = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){12,18}(?!\d)")
_ACCOUNT = re.compile(
    r"\b(?:(?:no(?:mor|mer)?\.?\s*)?(?:rek(?:ening)?|norek|virtual account|va)\b\.?|bca|bri|bni|btn|bsi|bjb|mandiri|cimb|danamon|permata"
    r"|seabank|dana|ovo|gopay|shopeepay)\b[^\d\n]{0,30}(?P<number>\d(?:[ .\-]?\d){7,18})(?!\d)",
    re.IGNORECASE,
)
_BANKS = frozenset(
    "rek rekening norek nomorrek nomerrek norekening nomorrekening nomerrekening nonorek nomornorek nomernorek virtual novirtual "  # noqa: SIM905
    "nomorvirtual nomervirtual va nova nomorva nomerva bca bri bni btn bsi bjb mandiri cimb danamon permata seabank dana ovo gopay "
    "shopeepay".split()
)
_REGIONS = (
    "A B D E F G H K L M N P R S T W Z AA AB AD AE AG BA BB BD BE BG BH BK BL BM BN BP DA DB DC DD DE DG DH DK DL DM DN DP DR DS DT DW EA "
    "EB ED KB KH KT KU PA PB"
)
_CODE = "|".join(sorted(_REGIONS.split(), key=len, reverse=True))
_PLATE = re.compile(rf"(?<![\w.•])(?<!•[ \-])(?:{_CODE})[ \-]?[1-9]\d{{2,3}}[ \-]?(?!RT|RW|KM|WIB)[A-Z]{{1,3}}(?![\w•])(?![ .\-]•)")
_PLATE_LIKE = re.compile(r"[A-Z][ \-]?[1-9]\d\d")
_PLATE_WORDS = frozenset({"plat", "pelat", "nopol", "pol", "polisi"})
_SPOKEN_PLATE = re.compile(
    rf"\b(?:plat|pelat|nopol|no\.? ?pol|nomor polisi|plat nomor|nomor plat)\b[^\d\n•]{{0,20}}?(?P<plate>(?:{_CODE})[ \-]?[1-9]\d{{0,3}}"
    r"(?:[ \-]?(?!rt|rw|km|di\b|yg|dan)[A-Z]{1,3})?)(?![\w•])(?![ .\-]•)",
    re.IGNORECASE,
)
_IN_THE_NAME = re.compile(
    r"(?<!\w)(?:atas nama|a\.\s?n\.?|a/n|an\.(?=\s+[A-Z]))\s*:?\s+(?:(?:bpk|bapak|ibu|sdr|sdri|saudara|pak|bu|alm|almh)\.?\s+)?",
    re.IGNORECASE,
)
_NAME = re.compile(r"[^\W\d_][\w'.]*\w(?: [^\W\d_][\w'.]*\w){0,3}")
_CAPITAL_NAME = re.compile(r"[A-Z][\w'.]*\w(?: [A-Z][\w'.]*\w){0,4}")
_NOT_A_NAME = frozenset(
    "yang yg dan dengan di ke dari sudah belum tidak dinas warga masyarakat pemerintah kota pt cv rt rw kelurahan rekening bank kepala "  # noqa: SIM905
    "seluruh semua pelapor tersebut untuk pada sebagai mohon tolong saya kami".split()
)


def digits(text: str) -> int:
    """How many there are: most of what is looked for here needs eight of them."""
    return len(_DIGIT.findall(text))


def cards(text: str) -> Iterator[Span]:
    """13 to 19 digits of a payment network with a right Luhn digit."""
    for match in _SIXTEEN.finditer(text):
        digits = [int(one) for one in match.group() if one.isdecimal()]
        if digits[0] in (3, 4, 5, 6) and luhn(digits):
            yield match.span()


def luhn(places: list[int]) -> bool:
    doubled = (digit if place % 2 == 0 else digit * 2 - 9 * (digit > 4) for place, digit in enumerate(reversed(places)))
    return sum(doubled) % 10 == 0


def accounts(text: str) -> Iterator[Span]:
    """Digits that a word names a bank account or a wallet."""
    if not holds(text, _BANKS):
        return
    for match in _ACCOUNT.finditer(text):
        yield match.span("number")


def plates(text: str) -> Iterator[Span]:
    """D 1234 ABC in capitals; in any case after "plat" or "nopol"."""
    if _PLATE_LIKE.search(text):
        yield from (match.span() for match in _PLATE.finditer(text))
    if holds(text, _PLATE_WORDS):
        yield from (match.span("plate") for match in _SPOKEN_PLATE.finditer(text))


def names(text: str) -> Iterator[Span]:
    """Who stands after "atas nama": the words with capitals, or up to three without."""
    for marker in _IN_THE_NAME.finditer(text):
        found = _CAPITAL_NAME.match(text, marker.end())
        end = found.end() if found else _small_name(text, marker.end())
        if end > marker.end() and text[marker.end() : end].split()[0].lower() not in _NOT_A_NAME:
            yield marker.end(), end


def _small_name(text: str, start: int) -> int:
    said = _NAME.match(text, start)
    end = start
    for word in re.finditer(r"\S+", said.group() if said else ""):
        if word.group().lower() in _NOT_A_NAME or end - start > 40:
            break
        end = start + word.end()
    return end
