"""How many parts of a short message a text costs. https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PLAIN = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")
"""Cost two, since an escape stands before them."""


class Alphabet(StrEnum):
    GSM7 = "gsm7"
    UCS2 = "ucs2"


ONE = {Alphabet.GSM7: 160, Alphabet.UCS2: 70}
EACH_OF_MANY = {Alphabet.GSM7: 153, Alphabet.UCS2: 67}
"""A part of a long message carries a header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a text costs. `units`: septets of GSM-7, or 16-bit units of UCS-2; `room`: units left in the last part."""

    alphabet: Alphabet
    units: int
    segments: int
    room: int


def count(text: str) -> Counted:
    """One letter outside GSM-7 (an emoji, a curly quote) makes the whole text UCS-2. No unit pair is torn between two parts."""
    alphabet = Alphabet.GSM7 if all(letter in PLAIN or letter in EXTENDED for letter in text) else Alphabet.UCS2
    sizes = [_size(letter, alphabet) for letter in text]
    units = sum(sizes)
    if units <= ONE[alphabet]:
        return Counted(alphabet=alphabet, units=units, segments=1, room=ONE[alphabet] - units)
    limit, segments, filled = EACH_OF_MANY[alphabet], 1, 0
    for size in sizes:
        if filled + size > limit:
            segments, filled = segments + 1, 0
        filled += size
    return Counted(alphabet=alphabet, units=units, segments=segments, room=limit - filled)


def _size(letter: str, alphabet: Alphabet) -> int:
    if alphabet is Alphabet.GSM7:
        return 2 if letter in EXTENDED else 1
    return 2 if ord(letter) > 0xFFFF else 1
