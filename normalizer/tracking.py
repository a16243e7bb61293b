"""The tracking number: `CMH-XXXX-XXXC`, seven random Crockford base32 characters and a Luhn mod 32 check character.

Pure: it prints, reads and finds numbers. The random draw is `dispatcher.tracking`'s. Kept in the store without hyphens, in capitals.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 7
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
_NUMBER = r"(?<![A-Za-z0-9])({prefix})[ \-–_]?([0-9A-Za-z]{{4}})[ \-–_]?([0-9A-Za-z]{{4}})(?![A-Za-z0-9])"


def check_character(symbols: str) -> str:
    """Luhn mod 32 over Crockford's alphabet: one wrong character or two swapped neighbours are noticed."""
    factor, total = 2, 0
    for symbol in reversed(symbols):
        addend = factor * ALPHABET.index(symbol)
        total += addend // 32 + addend % 32
        factor = 3 - factor
    return ALPHABET[-total % 32]


def compose(prefix: str, draws: Sequence[int]) -> str:
    """The stored form from seven draws in 0..31."""
    symbols = "".join(ALPHABET[draw] for draw in draws)
    return f"{prefix}{symbols}{check_character(symbols)}"


def printed(number: str) -> str:
    """CMH1234567C -> CMH-1234-567C."""
    prefix, symbols = number[: -LENGTH - 1], number[-LENGTH - 1 :]
    return f"{prefix}-{symbols[:4]}-{symbols[4:]}"


def stored(prefix: str, written: str) -> str | None:
    """What a person typed, in stored form; None when it is not one of this city's numbers. Case, hyphens, O/0 and I/L/1 do not matter."""
    bare = re.sub(r"[\s\-–_]", "", written).upper()
    if bare.startswith(prefix):
        bare = bare[len(prefix) :]
    symbols = bare.translate(_ALIKE)
    if len(symbols) != LENGTH + 1 or any(symbol not in ALPHABET for symbol in symbols):
        return None
    return prefix + symbols if check_character(symbols[:-1]) == symbols[-1] else None


def find(prefix: str, text: str) -> str | None:
    """The first number of this city that a text quotes, in stored form."""
    for match in re.finditer(_NUMBER.format(prefix=re.escape(prefix)), text, re.IGNORECASE):
        number = stored(prefix, match.group(2) + match.group(3))
        if number:
            return number
    return None
