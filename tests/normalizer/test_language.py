from __future__ import annotations

import pytest

from normalizer import language
from normalizer.wording import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jalan di depan rumah saya rusak", "id"),
        ("The street light in front of my house is out", "en"),
        ("punten abdi teu gaduh cai, kumaha nyaeta atuh", "su"),
        ("PJU mati", "id"),
        ("", "id"),
    ],
)
def test_language(text: str, expected: str) -> None:
    """Known little words vote; in doubt it is Indonesian."""
    assert language.of(text, words(text)) == expected
